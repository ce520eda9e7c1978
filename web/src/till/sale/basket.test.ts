import { afterEach, describe, expect, it } from 'vitest'
import { basket, basketCount, basketTotal, change, emptyBasket, itemsOf, quantityOf } from './basket'

const noodles = { id: 'n', name: '牛肉面', price_fen: 1800 }
const milk = { id: 'm', name: '豆浆', price_fen: 450 }

afterEach(emptyBasket)

describe('a basket', () => {
  it('adds up, in fen', () => {
    change(noodles, 1)
    change(milk, 1)
    change(milk, 1)
    expect([basketTotal.value, basketCount.value, quantityOf(milk)]).toEqual([2700, 3, 2])
    expect(itemsOf(basket)).toEqual([
      { name: '牛肉面', quantity: 1, amount_fen: 1800 },
      { name: '豆浆', quantity: 2, amount_fen: 900 },
    ])
  })

  it('drops a line with its last piece', () => {
    change(milk, 1)
    change(milk, -1)
    expect(basket).toEqual([])
  })

  it('keeps the price at which something was chosen', () => {
    const repriced = { ...noodles }
    change(repriced, 1)
    repriced.price_fen = 1
    expect(basketTotal.value).toBe(1800)
  })
})
