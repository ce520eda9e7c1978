// Records as a person looks for them: by day, by way, by words.
import { plainYuan } from '@shared/money'
import type { RecordLine } from '../types'
import { isoDay } from './days'

export type Way = 'all' | 'in' | 'out'

export interface Day {
  day: string
  lines: RecordLine[]
}

export function matching(
  lines: RecordLine[],
  way: Way,
  words: string,
  kindOf: (kind: string) => string,
): RecordLine[] {
  const wanted = words.trim().toLowerCase()
  return lines.filter((line) => {
    if (way === 'in' && line.amount_fen < 0) return false
    if (way === 'out' && line.amount_fen > 0) return false
    const text = `${kindOf(line.kind)} ${line.other} ${line.memo} ${plainYuan(Math.abs(line.amount_fen))}`
    return text.toLowerCase().includes(wanted)
  })
}

/** Lines by China's days, as they come: the newest first. */
export function byDay(lines: RecordLine[]): Day[] {
  const days: Day[] = []
  for (const line of lines) {
    const day = isoDay(new Date(line.posted_at))
    const last = days.at(-1)
    if (last?.day === day) last.lines.push(line)
    else days.push({ day, lines: [line] })
  }
  return days
}
