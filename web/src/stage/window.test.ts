import { expect, it } from 'vitest'
import { grouped } from './grouping'
import { recorded, syncOf, TAP } from './recorded'
import { newestItems, usedBank } from './window'

it('draws the newest of a long run, and counts what it leaves out', () => {
  const items = grouped(recorded([...TAP, ...TAP, ...syncOf('bo')]))
  expect(newestItems(items, 300)).toEqual({ items, earlier: 0 })
  expect(newestItems(items, 11)).toEqual({ items: items.slice(1), earlier: 10 })
  expect(newestItems(items, 1)).toEqual({ items: items.slice(2), earlier: 20 })
  expect(newestItems(items.slice(0, 1), 1).items).toHaveLength(1)
  expect(newestItems([], 1)).toEqual({ items: [], earlier: 0 })
})

it('says that a tap used the bank only if it answered one of the two meanwhile', () => {
  const used = (between: string[]) => {
    const events = recorded([...TAP.slice(0, 5), ...between, ...TAP.slice(5)])
    const [item] = grouped(events)
    return item !== undefined && 'block' in item && usedBank(events, item.block)
  }
  expect(used([])).toBe(false)
  expect(used(['bo>bank GET /v1/orders 0', 'bo!bank GET /v1/orders'])).toBe(false)
  expect(used(['alice<bank GET /v1/orders 40'])).toBe(false)
  expect(used(['bo<bank GET /v1/orders 40'])).toBe(true)
  expect(used(['till<bank GET /v1/orders 40'])).toBe(true)
})
