import { start } from '@shared/start'
import { textsIn } from '@shared/i18n'
import { Problem } from '@shared/problem'
import App from './App.vue'
import './console.css'
import { router } from './router'
import { resume } from './staff'
import { en, zh } from './texts'

// Without the session's answer nobody knows which page is to be shown; a refusal means: sign in.
await resume().catch((error: unknown) => {
  if (!(error instanceof Problem)) throw error
})
start(App, textsIn(zh, en), router)
