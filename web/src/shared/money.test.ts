import { describe, expect, it } from 'vitest'
import { afterKey, fenOf, yuan } from './money'

function keyed(keys: string, most?: number): string {
  return [...keys].reduce((before, key) => afterKey(before, key, most), '')
}

describe('money on the screen', () => {
  it('is shown with its sign, commas and two decimals', () => {
    expect([yuan(0), yuan(5), yuan(123_450), yuan(-100_000_000)]).toEqual([
      '¥0.00', '¥0.05', '¥1,234.50', '−¥1,000,000.00',
    ])
  })

  it('is keyed in with at most one dot and two decimals', () => {
    expect(keyed('12.3.45')).toBe('12.34')
    expect(keyed('.5')).toBe('0.5')
    expect(keyed('007')).toBe('7')
    expect(keyed('12⌫⌫⌫3')).toBe('3')
  })

  it('never gets larger than the most there can be', () => {
    expect(keyed('5000', 50_000)).toBe('500')
  })

  it('is fen, exactly', () => {
    expect([fenOf('0.1'), fenOf('0.29'), fenOf('19.99'), fenOf('x'), fenOf('')]).toEqual([
      10, 29, 1999, undefined, undefined,
    ])
  })
})
