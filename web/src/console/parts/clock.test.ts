import { describe, expect, it } from 'vitest'
import { clockOf, stepsOf } from './clock'

const NOON = Date.parse('2026-11-26T12:00:00+08:00') / 1000

describe('an axis of time', () => {
  it('is marked at round times in China, and no more often than there is room', () => {
    const hour = stepsOf(NOON - 3570, NOON, 6)
    expect(hour.map((at) => clockOf(at, 3570))).toEqual(['11:10', '11:20', '11:30', '11:40', '11:50', '12:00'])
    const week = stepsOf(NOON - 7 * 86_400, NOON, 8)
    expect(week.map((at) => clockOf(at, 7 * 86_400))).toEqual(['11-20', '11-21', '11-22', '11-23', '11-24', '11-25', '11-26'])
    expect(week.map((at) => clockOf(at, 60)).every((mark) => mark === '00:00:00')).toBe(true)
  })

  it('is marked by days when it is months long, and by seconds when it is minutes', () => {
    expect(clockOf(NOON, 90 * 86_400)).toBe('11-26')
    expect(clockOf(NOON, 2 * 86_400)).toBe('11-26 12:00')
    expect(clockOf(NOON, 60)).toBe('12:00:00')
    expect(stepsOf(NOON, NOON, 5)).toEqual([NOON])
  })
})
