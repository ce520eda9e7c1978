// Chinese first, English beside it. Every entry brings its own texts; a text without a translation
// fails the type check, since the English has to have the Chinese's shape.
import vantLocale from 'vant/es/locale'
import enUS from 'vant/es/locale/lang/en-US'
import zhCN from 'vant/es/locale/lang/zh-CN'
import { watch } from 'vue'
import { createI18n } from 'vue-i18n'
import { settings } from './settings'
import { sharedEn, sharedZh } from './texts'

type Texts = { [name: string]: string | Texts }
/** The same names all the way down, with any text. */
export type Like<T> = { [K in keyof T]: T[K] extends string ? string : Like<T[K]> }

export function textsIn(zh: Texts, en: Texts) {
  const i18n = createI18n({
    legacy: false,
    locale: settings.locale,
    fallbackLocale: 'zh-CN',
    messages: { 'zh-CN': { ...sharedZh, ...zh }, en: { ...sharedEn, ...en } },
  })
  watch(
    () => settings.locale,
    (locale) => {
      i18n.global.locale.value = locale
      vantLocale.use(locale, locale === 'en' ? enUS : zhCN)
    },
    { immediate: true },
  )
  return i18n
}

/** Which of two sentences that a program sent is to be shown. */
export function told(said: { text: string; text_zh?: string | null }): string {
  return settings.locale === 'zh-CN' && said.text_zh ? said.text_zh : said.text
}
