import { textsIn } from '@shared/i18n'
import { start } from '@shared/start'
// Takes the token out of the address, before the router reads it.
import './state/phone'
import App from './App.vue'
import { router } from './router'
import { en, zh } from './texts'
import './wallet.css'

start(App, textsIn(zh, en), router)
