import { describe, expect, it } from 'vitest'
import type { Moment } from '../parts/gaps'
import { loadOf, meanMs, parseMetrics, rate, sumOf, type Load } from './metrics'

function moment(atS: number, count: number, sum: number): Moment<Load> {
  const name = 'zerobar_request_duration_seconds'
  const samples = parseMetrics(`# HELP x y\n${name}_count{route="/a"} ${count}\n${name}_sum{route="/a"} ${sum}\n`)
  return { atS, of: loadOf({ atS, samples }) }
}

describe('the figures of the bank', () => {
  it('are read with their labels, and comments are not', () => {
    const text = '# TYPE zerobar_waiting gauge\nzerobar_waiting{what="vouchers_due"} 3.0\nzerobar_up 1e+03\n'
    expect(parseMetrics(text)).toEqual([
      { name: 'zerobar_waiting', labels: { what: 'vouchers_due' }, value: 3 },
      { name: 'zerobar_up', labels: {}, value: 1000 },
    ])
  })

  it('are summed over what fits', () => {
    const samples = parseMetrics('a{s="200"} 4\na{s="500"} 1\n')
    expect(sumOf({ atS: 0, samples }, 'a', ({ s }) => s!.startsWith('5'))).toBe(1)
  })

  it('give a rate and a mean only between two readings of one program', () => {
    const [first, later] = [moment(0, 10, 1), moment(10, 30, 1.4)]
    expect(meanMs(undefined, first)).toBeNull()
    expect(meanMs(first, later)).toBeCloseTo(20)
    expect(rate(later, moment(20, 1, 0), (load) => load.answers)).toBeNull()
    expect(rate({ atS: 15, of: null }, moment(20, 40, 2), (load) => load.answers)).toBeNull()
  })
})
