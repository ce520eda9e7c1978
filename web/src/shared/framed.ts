// A screen that the stage shows in a frame takes its language and look from there. Nothing else is
// taken from a frame, and which page may frame a screen is said by the policy it is served with.
import { settings, type Locale, type Look } from './settings'

/** What a framed screen says once it listens; it holds nothing of the screen's. */
export const READY = 'zerobar.ready'
const LOOKS: readonly unknown[] = ['auto', 'light', 'dark'] satisfies Look[]
const LOCALES: readonly unknown[] = ['zh-CN', 'en'] satisfies Locale[]

export interface OfferedSettings {
  locale: Locale
  look: Look
}

export function takeSettingsOfFrame(): void {
  if (window.parent === window) return
  window.addEventListener('message', ({ source, data }) => {
    if (source === window.parent && isOffer(data)) {
      settings.locale = data.locale
      settings.look = data.look
    }
  })
  window.parent.postMessage(READY, '*')
}

function isOffer(data: unknown): data is OfferedSettings {
  if (typeof data !== 'object' || data === null) return false
  const { locale, look } = data as Partial<OfferedSettings>
  return LOCALES.includes(locale) && LOOKS.includes(look)
}
