import { describe, expect, it } from 'vitest'
import { broken, gapsIn } from './gaps'

function every(stepS: number, ...ats: number[]) {
  return broken(ats.map((atS) => ({ atS, of: atS })), stepS)
}

describe('what a chart draws', () => {
  it('is one line while readings come, also when one is late or missing', () => {
    expect(every(60, 0, 60, 125, 240).map((each) => each.of)).toEqual([0, 60, 125, 240])
    expect(gapsIn(every(60, 0, 60, 125, 240))).toEqual([])
  })

  it('has a hole where the bank kept nothing', () => {
    const moments = every(60, 0, 60, 660, 720)
    expect(moments.map((each) => each.of)).toEqual([0, 60, null, 660, 720])
    expect(gapsIn(moments)).toEqual([[60, 660]])
  })

  it('has none before its first reading, nor of nothing', () => {
    expect(every(60, 900)).toHaveLength(1)
    expect([...every(60), ...gapsIn(every(60))]).toEqual([])
  })
})
