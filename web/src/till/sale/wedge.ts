// A hand scanner types what it reads, like a keyboard, and then Enter: much faster than a person.
import { onBeforeUnmount, onMounted } from 'vue'

const SLOWEST_KEY_MS = 80
const SHORTEST = 10

export function useHandScanner(found: (text: string) => void): void {
  let typed = ''
  let last_ms = 0

  function onKey(event: KeyboardEvent): void {
    if (event.target instanceof HTMLInputElement) return
    const now = event.timeStamp
    if (now - last_ms > SLOWEST_KEY_MS) typed = ''
    last_ms = now
    if (event.key === 'Enter' && typed.length >= SHORTEST) {
      event.preventDefault()
      found(typed)
      typed = ''
    } else if (event.key.length === 1) typed += event.key
  }

  onMounted(() => document.addEventListener('keydown', onKey, true))
  onBeforeUnmount(() => document.removeEventListener('keydown', onKey, true))
}
