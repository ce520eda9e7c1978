import { createApp, type Component } from 'vue'
import type { I18n } from 'vue-i18n'
import type { Router } from 'vue-router'
import { takeSettingsOfFrame } from './framed'
import { followSettings } from './settings'
import './theme.css'

export function start(root: Component, i18n: I18n<any, any, any, any, false>, router?: Router): void {
  followSettings()
  takeSettingsOfFrame()
  const app = createApp(root)
  app.use(i18n)
  if (router) app.use(router)
  app.mount('#app')
  if ('serviceWorker' in navigator && import.meta.env.PROD) {
    navigator.serviceWorker.register('/sw.js').catch((reason: unknown) => {
      // The screen works without; it only cannot be opened anew while the program is stopped.
      console.warn('no offline copy', reason)
    })
  }
}
