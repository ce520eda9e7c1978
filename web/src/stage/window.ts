// How much of a long run is drawn: the newest, so that the page keeps up with any number of events.
import { isInField, isNote } from './answers'
import type { StageEvent } from './api'
import type { Block, Item } from './grouping'
import { BANK } from './lanes'

export interface Drawn {
  items: Item[]
  /** Events before these. */
  earlier: number
}

/** The newest items that take at most so many rows together, and one item at least. */
export function newestItems(items: Item[], most: number): Drawn {
  let room = most
  let first = items.length
  while (first > 0 && (room >= rowsOf(items[first - 1]!) || first === items.length)) {
    first -= 1
    room -= rowsOf(items[first]!)
  }
  const earlier = items.slice(0, first).reduce((sum, item) => sum + countOf(item), 0)
  return { items: items.slice(first), earlier }
}

// Only taps are open by themselves; the other blocks are one row until somebody opens them.
function rowsOf(item: Item): number {
  return 'block' in item && item.block.kind !== 'tap' ? 1 : countOf(item)
}

function countOf(item: Item): number {
  if ('block' in item) return item.block.events.length
  return 'notes' in item ? item.notes.length : 1
}

/** Whether the bank answered either device from when a card came to the last message of a tap. */
export function usedBank(events: StageEvent[], tap: Block): boolean {
  const from = tap.events.find(isInField)?.at_unix_s ?? Infinity
  const until = tap.events.at(-1)!.at_unix_s
  const parties = new Set([tap.device, ...tap.events.map((event) => event.card)])
  return events.some(
    (event) =>
      !isNote(event) &&
      event.other === BANK &&
      event.direction === 'received' &&
      parties.has(event.device) &&
      event.at_unix_s >= from &&
      event.at_unix_s <= until,
  )
}
