// In the story people act behind the screens: a screen that stood still meanwhile is loaded anew at
// the next chapter, so that it shows what has become of it.
import { reactive, watch, type ShallowRef } from 'vue'
import { isNote } from './answers'
import type { StageEvent } from './api'

/** How often each device's screen was loaded anew. */
export function useRounds(events: ShallowRef<StageEvent[]>): Record<string, number> {
  const rounds = reactive<Record<string, number>>({})
  let seen = 0
  watch(events, (now) => {
    const acted = actedBefore(now, seen)
    if (acted === undefined) return
    seen = acted.chapter
    for (const device of acted.devices) rounds[device] = (rounds[device] ?? 0) + 1
  })
  return rounds
}

/** Who did something between the chapter last seen and the newest one; nothing if that is the same. */
export function actedBefore(
  events: StageEvent[],
  seen: number,
): { chapter: number; devices: Set<string> } | undefined {
  const chapter = events.findLast((event) => isNote(event) && event.step === 'chapter')?.number ?? 0
  if (chapter <= seen) return undefined
  const between = events.filter((event) => event.number > seen && event.number < chapter && !isNote(event))
  return { chapter, devices: new Set(between.map((event) => event.device)) }
}
