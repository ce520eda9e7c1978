// Sentences, days and times in the person's language.
import { settings } from '@shared/settings'
import type { Said } from '../types'

export function inWords(said: Said | null | undefined): string {
  if (!said) return ''
  return settings.locale === 'zh-CN' ? said.zh : said.en
}

/** 14:05 */
export function timeOf(moment: string | number): string {
  return format(moment, { hour: '2-digit', minute: '2-digit', hour12: false })
}

/** 11月26日 14:05 */
export function momentOf(moment: string | number): string {
  return format(moment, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  })
}

/** 2026年11月26日 星期四 */
export function dayOf(moment: string | number): string {
  return format(moment, { year: 'numeric', month: 'long', day: 'numeric', weekday: 'short' })
}

function format(moment: string | number, wanted: Intl.DateTimeFormatOptions): string {
  const date = new Date(typeof moment === 'number' ? moment * 1000 : moment)
  return new Intl.DateTimeFormat(settings.locale, wanted).format(date)
}

/** 0300 5906 5943 2865 */
export function inFours(digits: string): string {
  return digits.replace(/(.{4})(?=.)/g, '$1 ')
}
