import { expect, it } from 'vitest'
import type { StageEvent } from './api'
import { grouped, isWithoutAnswer, summaryOfTap, type Block, type Item } from './grouping'
import { recorded, syncOf, TAP } from './recorded'

const blocksOf = (items: Item[]): Block[] =>
  items.flatMap((item) => ('block' in item ? [item.block] : []))

function eventsOf(item: Item): StageEvent[] {
  if ('block' in item) return item.block.events
  return 'notes' in item ? item.notes : [item.event]
}

it('folds the ten messages of a tap into one block, and tells what crossed the field', () => {
  const [tap, ...others] = grouped(recorded(TAP)) as { block: Block }[]
  expect(others).toEqual([])
  expect(tap!.block.kind).toBe('tap')
  expect(tap!.block.events).toHaveLength(10)
  expect(summaryOfTap(tap!.block)).toEqual({ state: 'paid', card: 'bo', commands: 2, bytes: 342 })
})

it('keeps what another device does meanwhile out of a tap', () => {
  const lines = [...TAP.slice(0, 5), 'alice>bank POST /v1/payments 80', ...TAP.slice(5)]
  const items = grouped(recorded(lines))
  expect(items).toHaveLength(2)
  expect(blocksOf(items)[0]!.events).toHaveLength(10)
})

it('goes on in the same block after a torn tap', () => {
  const torn = [...TAP.slice(0, 7), 'till!field:bo PAY']
  const [waiting] = blocksOf(grouped(recorded(torn)))
  expect(summaryOfTap(waiting!).state).toBe('torn')
  const [paid, ...others] = blocksOf(grouped(recorded([...torn, ...TAP.slice(4)])))
  expect(others).toEqual([])
  expect(summaryOfTap(paid!)).toMatchObject({ state: 'paid', commands: 4 })
})

it('stays torn while the same card is looked at again, until its answer is here', () => {
  const torn = [...TAP.slice(0, 7), 'till!field:bo PAY', ...TAP.slice(4, 6)]
  const [tap] = blocksOf(grouped(recorded(torn)))
  expect(summaryOfTap(tap!).state).toBe('torn')
})

it('tells a refusal of the card from a payment', () => {
  const [tap] = blocksOf(grouped(recorded([...TAP.slice(0, 7), 'till<field:bo PAY 2 refused'])))
  expect(summaryOfTap(tap!).state).toBe('refused')
})

it('begins another block with the next request for money', () => {
  const blocks = blocksOf(grouped(recorded([...TAP, ...TAP])))
  expect(blocks.map((block) => block.events.length)).toEqual([10, 10])
})

it('folds a sync, and lets it interrupt a till that waits for a card', () => {
  const items = grouped(recorded([...TAP.slice(0, 4), ...syncOf('till'), ...TAP.slice(4)]))
  const [tap, sync] = blocksOf(items)
  expect(items).toHaveLength(2)
  expect([tap!.kind, tap!.events.length]).toEqual(['tap', 10])
  expect([sync!.kind, sync!.events.length]).toEqual(['sync', 8])
})

it("keeps a voucher that a sync brings apart from the tap that a till waits for", () => {
  const delivered = ['till>sam ACCEPT 259', 'till<sam ACCEPT 34']
  const lines = [...TAP.slice(0, 4), ...syncOf('till'), ...delivered, ...TAP.slice(4)]
  const [tap, sync] = blocksOf(grouped(recorded(lines)))
  expect(tap!.events).toHaveLength(10)
  expect(sync!.events).toHaveLength(10)
})

it('folds a load: the purse asks, the bank signs, the purse takes', () => {
  const [load, ...others] = blocksOf(
    grouped(
      recorded([
        'bo>sim SELECT 15',
        'bo<sim SELECT 176',
        'bo>sim PREPARE 21',
        'bo<sim PREPARE 34',
        'bo>bank POST /v1/loads 120',
        'bo<bank POST /v1/loads 600',
        'bo>sim ACCEPT 259',
        'bo<sim ACCEPT 34',
      ]),
    ),
  )
  expect(others).toEqual([])
  expect([load!.kind, load!.events.length]).toEqual(['load', 8])
})

it('folds questions that change nothing, however often, until something happens', () => {
  const looks = ['bo>bank GET /v1/wallets/{id}/balance 0', 'bo<bank GET /v1/wallets/{id}/balance 40']
  const more = ['alice>bank GET /v1/orders 0', ...looks]
  const pays = 'bo>bank POST /v1/payments 80'
  const items = grouped(recorded([...looks, ...more, ...looks, pays, ...looks]))
  expect(blocksOf(items).map((block) => [block.device, block.events.length])).toEqual([
    ['bo', 6],
    ['alice', 1],
    ['bo', 2],
  ])
})

it('shows what it cannot fold as it is', () => {
  expect(grouped(recorded(['bo>sim ARM 10', 'bo<sim ARM 2']))).toHaveLength(2)
  expect(grouped(recorded(['bo>sim SELECT 15']))).toHaveLength(1)
})

it('loses no event and shows none twice', () => {
  const events = recorded([...TAP, ...syncOf('bo'), ...TAP.slice(0, 7), ...syncOf('till'), ...TAP])
  const shown = grouped(events).flatMap(eventsOf)
  expect(shown.map((event) => event.number).sort((a, b) => a - b)).toEqual(
    events.map((event) => event.number),
  )
})

it('puts an answer with its question, whatever came between', () => {
  const ask = 'bo>bank GET /v1/orders 0'
  const events = recorded([ask, 'alice>bank POST /v1/payments 80', 'bo<bank GET /v1/orders 40'])
  const [looks] = blocksOf(grouped(events))
  expect(looks!.events.map((event) => event.direction)).toEqual(['sent', 'received'])
})

it('folds the tries of a sync that nobody answers into one', () => {
  const tried = ['till>bank POST /v1/vouchers 522', 'till!bank POST /v1/vouchers']
  const events = recorded([...tried, ...tried]).map((event, index) => ({ ...event, at_unix_s: index * 60 }))
  const [sync, ...others] = blocksOf(grouped(events))
  expect(others).toEqual([])
  expect(sync!.events).toHaveLength(4)
  expect(isWithoutAnswer(sync!)).toBe(true)
})

it('puts what the stage says of the amount with the tap that is going on', () => {
  const events = recorded([...TAP.slice(0, 7), 'till>x pays', ...TAP.slice(7)])
  const said = { ...events[7]!, direction: 'note' as const, other: '', card: 'bo' }
  const items = grouped(events.with(7, said))
  expect(items).toHaveLength(1)
  expect(blocksOf(items)[0]!.paid).toBe(said)
  expect(grouped([said])).toEqual([{ notes: [said] }])
})
