// Marks on an axis of time: round ones in China, as far apart as there is room for.
import { chinaTime } from '../china'

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400]
const STEPS_S = [
  10, 30, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 3 * DAY, 7 * DAY, 14 * DAY, 28 * DAY,
] as const
/** China is so far ahead of UTC, all year: its midnight is what a day's mark stands at. */
const AHEAD_S = 8 * HOUR

export function stepsOf(fromS: number, untilS: number, room: number): number[] {
  const most = Math.max(1, room)
  const step = STEPS_S.find((each) => (untilS - fromS) / each <= most) ?? STEPS_S.at(-1)!
  const first = Math.ceil((fromS + AHEAD_S) / step) * step - AHEAD_S
  const count = Math.max(0, Math.floor((untilS - first) / step) + 1)
  return Array.from({ length: count }, (_, at) => first + at * step)
}

/** A moment as an axis of that length has room for it: `14:05:09`, `14:05`, `11-26 14:05`, `11-26`. */
export function clockOf(atS: number, lengthS: number): string {
  const written = chinaTime(new Date(atS * 1000).toISOString())
  if (lengthS > 3 * DAY) return written.slice(5, 10)
  if (lengthS > DAY + HOUR) return written.slice(5, 16)
  return lengthS > 10 * MINUTE ? written.slice(11, 16) : written.slice(11)
}
