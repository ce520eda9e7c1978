import { describe, expect, it, vi } from 'vitest'

vi.mock('@shared/settings', () => ({ settings: { locale: 'en' } }))
const { startOfToday, today } = await import('./words')

// 2026-11-25 23:59:59 and a second later, in China.
const LATE_MS = Date.UTC(2026, 10, 25, 15, 59, 59)

describe('a day', () => {
  it('begins at midnight in China, wherever the screen is', () => {
    expect(startOfToday(LATE_MS)).toBe(Date.UTC(2026, 10, 24, 16) / 1000)
    expect(startOfToday(LATE_MS + 1000)).toBe(Date.UTC(2026, 10, 25, 16) / 1000)
  })

  it('has its name in China too', () => {
    expect([today(LATE_MS), today(LATE_MS + 1000)]).toEqual(['2026-11-25', '2026-11-26'])
  })
})
