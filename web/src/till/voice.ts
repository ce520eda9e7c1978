// What was received is said aloud, once for each thing, unless the till is muted.
import { reactive } from 'vue'
import { settings } from '@shared/settings'
import type { Words } from './program'

const KEY = 'zerobar.till.muted'
const heard = new Set<string>()

export const voice = reactive({ isMuted: localStorage.getItem(KEY) === 'yes' })

export function toggleVoice(): void {
  voice.isMuted = !voice.isMuted
  localStorage.setItem(KEY, voice.isMuted ? 'yes' : 'no')
  if (voice.isMuted) window.speechSynthesis?.cancel()
}

/** Say something of a sale or refund; what was said of it already is not said again. */
export function sayOnce(id: string, words: Words): void {
  const text = settings.locale === 'zh-CN' ? words.zh : words.en
  if (!text || heard.has(`${id} ${text}`)) return
  heard.add(`${id} ${text}`)
  if (voice.isMuted || !window.speechSynthesis) return
  const spoken = new SpeechSynthesisUtterance(text)
  spoken.lang = settings.locale === 'zh-CN' ? 'zh-CN' : 'en-US'
  window.speechSynthesis.cancel()
  window.speechSynthesis.speak(spoken)
}
