// What an event says by its stable parts: what was asked, and whether the answer was a refusal.
import type { StageEvent } from './api'
import { FIELD } from './lanes'

const REFUSED = /: (refused, [0-9A-F]{4}|no, \d{3})$/

/** Whether the other end answered no; the program says so behind its own words. */
export function isRefusal(event: StageEvent): boolean {
  return event.direction === 'received' && REFUSED.test(event.words)
}

export function isDone(event: StageEvent): boolean {
  return event.direction === 'received' && !isRefusal(event)
}

export function isWithOwnPurse(event: StageEvent): boolean {
  return event.other === 'sim' || event.other === 'sam'
}

export function isInField(event: StageEvent): boolean {
  return event.other === FIELD
}

export function isNote(event: StageEvent): boolean {
  return event.direction === 'note'
}

/** In the order of time; two programs' events may arrive in another one. */
export function inOrder(one: StageEvent, other: StageEvent): number {
  return one.at_unix_s - other.at_unix_s || one.number - other.number
}
