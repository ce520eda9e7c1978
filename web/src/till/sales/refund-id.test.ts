import { beforeEach, describe, expect, it, vi } from 'vitest'

const kept = new Map<string, string>()
vi.stubGlobal('sessionStorage', {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
})
const { forgetRefund, refundIdFor } = await import('./refund-id')

beforeEach(() => kept.clear())

describe("a refund's id", () => {
  it('is the same when the same is asked again', () => {
    expect(refundIdFor('sale', 250)).toBe(refundIdFor('sale', 250))
  })

  it('is another one for another sale or amount, and once it is over', () => {
    const first = refundIdFor('sale', 250)
    expect(refundIdFor('other', 250)).not.toBe(first)
    expect(refundIdFor('sale', 300)).not.toBe(first)
    const again = refundIdFor('sale', 250)
    forgetRefund('sale')
    expect(refundIdFor('sale', 250)).not.toBe(again)
  })
})
