// What a person chose for this screen; kept in this browser only.
import { reactive, watch } from 'vue'

export type Locale = 'zh-CN' | 'en'
export type Look = 'auto' | 'light' | 'dark'

interface Settings {
  locale: Locale
  look: Look
  isLarge: boolean
  hidesBalance: boolean
}

const KEY = 'zerobar.settings'

function kept(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}

export const settings = reactive<Settings>({
  locale: 'zh-CN',
  look: 'auto',
  isLarge: false,
  hidesBalance: false,
  ...kept(),
})

const darkOutside = matchMedia('(prefers-color-scheme: dark)')

export function isDark(): boolean {
  return settings.look === 'dark' || (settings.look === 'auto' && darkOutside.matches)
}

function apply(): void {
  const root = document.documentElement
  root.lang = settings.locale
  root.classList.toggle('van-theme-dark', isDark())
  root.classList.toggle('large', settings.isLarge)
}

export function followSettings(): void {
  apply()
  darkOutside.addEventListener('change', apply)
  watch(settings, () => {
    localStorage.setItem(KEY, JSON.stringify(settings))
    apply()
  })
}
