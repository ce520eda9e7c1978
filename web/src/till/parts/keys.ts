// A keyboard, or a keypad with a cable, keys in digits wherever the focus is: nobody clicks first.
import { onBeforeUnmount, onMounted } from 'vue'

const KEYS = /^([\d.]|Backspace|Enter)$/

/** Pass on to a pad what is typed while nothing else has the focus. */
export function useKeysFor(pad: () => HTMLElement | null | undefined): void {
  function onKey(event: KeyboardEvent): void {
    const isFree = event.target === document.body || event.target instanceof HTMLHeadingElement
    const found = pad()
    if (!isFree || !found || !KEYS.test(event.key)) return
    event.preventDefault()
    found.focus({ preventScroll: true })
    found.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, cancelable: true }))
  }

  onMounted(() => document.addEventListener('keydown', onKey))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey))
}
