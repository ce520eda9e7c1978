// What was last known is shown at once, also on a page that is opened while there is no network.
import { useFollowed, type Asked } from '@shared/asking'
import { watch } from 'vue'
import { ownKey } from './phone'

export function useKept<T>(name: string, asking: () => Promise<T>, everyMs: number): Asked<T> {
  const key = ownKey(`kept.${name}`)
  const asked = useFollowed(asking, everyMs)
  asked.answer.value ??= read<T>(key)
  watch(asked.answer, (now) => sessionStorage.setItem(key, JSON.stringify(now)))
  return asked
}

function read<T>(key: string): T | undefined {
  const text = sessionStorage.getItem(key)
  return text === null ? undefined : (JSON.parse(text) as T)
}
