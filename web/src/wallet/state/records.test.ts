import { expect, it } from 'vitest'
import type { RecordLine } from '../types'
import { byDay, matching } from './records'

function line(posted_at: string, amount_fen: number, memo = ''): RecordLine {
  return {
    transfer_id: posted_at,
    amount_fen,
    balance_fen: 0,
    kind: 'transfer',
    other: 'Bo',
    memo,
    posted_at,
  }
}

const LINES = [
  line('2026-11-26T16:30:00Z', -500, 'Lunch'),
  line('2026-11-26T15:59:00Z', 2_000),
  line('2026-11-25T20:00:00Z', -100),
]

it('groups records by the day in China, whose midnight is four in the afternoon in UTC', () => {
  expect(byDay(LINES).map((day) => [day.day, day.lines.length])).toEqual([
    ['2026-11-27', 1],
    ['2026-11-26', 2],
  ])
})

it('finds records by memo, name, kind or amount, in one direction', () => {
  const found = (way: 'all' | 'in' | 'out', words: string) =>
    matching(LINES, way, words, () => '转账').map((one) => one.amount_fen)
  expect(found('all', 'lunch')).toEqual([-500])
  expect(found('in', '')).toEqual([2_000])
  expect(found('out', '转账')).toEqual([-500, -100])
  expect(found('all', '20.00')).toEqual([2_000])
})
