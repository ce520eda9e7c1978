import { describe, expect, it } from 'vitest'
import { coverOf } from './covering'

const LOSS = { purse_id: 'ab', lost_fen: 1300_00, covered_fen: 1000_00, ceiling_fen: 1000_00, due_fen: 0, beyond_fen: 300_00 }

describe('a higher ceiling', () => {
  it('moves what waited, up to itself', () => {
    expect(coverOf(LOSS, 1200_00, 5000_00)).toEqual({ moves: 200_00, lacks: 0, waits: 100_00 })
    expect(coverOf(LOSS, 9000_00, 5000_00)).toEqual({ moves: 300_00, lacks: 0, waits: 0 })
  })

  it('moves no more than the vault has', () => {
    expect(coverOf(LOSS, 9000_00, 100_00)).toEqual({ moves: 100_00, lacks: 200_00, waits: 0 })
  })

  it('never takes back what holds already', () => {
    expect(coverOf(LOSS, 10_00, 5000_00)).toEqual({ moves: 0, lacks: 0, waits: 300_00 })
    expect(coverOf({ ...LOSS, lost_fen: 900_00 }, 9000_00, 5000_00).moves).toBe(0)
  })
})
