import { start } from '@shared/start'
import { textsIn } from '@shared/i18n'
import App from './App.vue'
import { router } from './router'
import { followStanding } from './standing'
import { en, zh } from './texts'
import './till.css'

followStanding()
start(App, textsIn(zh, en), router)
