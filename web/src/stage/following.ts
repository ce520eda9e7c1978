// The stage as it is now, and the events as they come; both go on when the program was away.
import { Problem } from '@shared/problem'
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { inOrder } from './answers'
import { stageApi, type StageEvent } from './api'

/** More than a person looks back; older ones are let go. */
const MOST_KEPT = 4000
const AGAIN_AFTER_MS = 2000

export interface FollowedEvents {
  events: ShallowRef<StageEvent[]>
  isStopped: Ref<boolean>
}

export function useEvents(): FollowedEvents {
  const events = shallowRef<StageEvent[]>([])
  const isStopped = ref(false)
  const leaving = new AbortController()
  onScopeDispose(() => leaving.abort())
  void follow(events, isStopped, leaving.signal)
  return { events, isStopped }
}

async function follow(
  events: ShallowRef<StageEvent[]>,
  isStopped: Ref<boolean>,
  signal: AbortSignal,
): Promise<void> {
  let last = 0
  while (!signal.aborted) {
    try {
      const got = await stageApi.events(last, signal)
      const before = last === 0 ? [] : events.value
      if (got.events.length > 0) events.value = joined(before, got.events)
      last = got.last
      isStopped.value = false
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof Problem)) throw error
      isStopped.value = true
      // A program that was started anew counts from 1 again.
      last = 0
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS))
    }
  }
}

export function joined(before: StageEvent[], newer: StageEvent[]): StageEvent[] {
  return [...before, ...newer].sort(inOrder).slice(-MOST_KEPT)
}
