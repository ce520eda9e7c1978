// What the program said, in the language of the screen; and times as a cashier reads them.
import { settings } from '@shared/settings'
import type { Words } from './program'

export function said(words: Words): string {
  return settings.locale === 'zh-CN' ? words.zh : words.en
}

export function clockTime(unix_s: number): string {
  return new Date(unix_s * 1000).toLocaleTimeString(settings.locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
}

export function dayAndTime(unix_s: number): string {
  return new Date(unix_s * 1000).toLocaleString(settings.locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
}

/** When today began, in China, as the program counts days. */
export function startOfToday(now: number = Date.now()): number {
  const CHINA_S = 8 * 3600
  const DAY_S = 86_400
  const local_s = Math.floor(now / 1000) + CHINA_S
  return local_s - (local_s % DAY_S) - CHINA_S
}

/** The day in China, as `2026-11-26`. */
export function today(now: number = Date.now()): string {
  return new Date(now + 8 * 3_600_000).toISOString().slice(0, 10)
}
