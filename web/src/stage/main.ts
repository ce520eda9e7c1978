import { start } from '@shared/start'
import { textsIn } from '@shared/i18n'
import App from './App.vue'
import { en, zh } from './texts'

start(App, textsIn(zh, en))
