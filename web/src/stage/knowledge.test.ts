import { describe, expect, it } from 'vitest'
import type { StageEvent } from './api'
import { grouped, type Block } from './grouping'
import { knowledgeAfter, tapOf, type Knowledge } from './knowledge'
import { recorded, syncOf, TAP } from './recorded'

function tapsIn(events: StageEvent[]): Block[] {
  const blocks = grouped(events).flatMap((item) => ('block' in item ? [item.block] : []))
  return blocks.filter((block) => ['tap', 'asking'].includes(block.kind))
}

/** What is known of the first tap after so many of these events. */
function known(lines: string[], count = lines.length): Knowledge {
  const events = recorded(lines)
  return knowledgeAfter(events, tapsIn(events)[0]!, events[count - 1]!)
}

const TORN = [...TAP.slice(0, 7), 'till!field:bo PAY']
const AGAIN = TAP.slice(4)

describe('a tap that nothing disturbs', () => {
  it.each([
    [2, { card: '', payer: 'nothing', reader: 'nothing', payee: 'nothing', bank: 'nothing' }],
    [4, { card: '', payer: 'nothing', reader: 'request', payee: 'asked', bank: 'nothing' }],
    [6, { card: 'bo', payer: 'met', reader: 'met', payee: 'asked', bank: 'nothing' }],
    [7, { card: 'bo', payer: 'may-have-paid', reader: 'unknown', payee: 'asked', bank: 'nothing' }],
    [8, { card: 'bo', payer: 'paid', reader: 'voucher', payee: 'asked', bank: 'nothing' }],
    [9, { card: 'bo', payer: 'paid', reader: 'voucher', payee: 'may-be-credited', bank: 'nothing' }],
    [10, { card: 'bo', payer: 'paid', reader: 'receipt', payee: 'credited', bank: 'nothing' }],
  ])('after %i messages each party knows what it was told, and no more', (count, expected) => {
    expect(known(TAP, count)).toEqual(expected)
  })
})

describe('a torn tap', () => {
  it('leaves the till not knowing whether it was paid, and the bank without a word', () => {
    expect(known(TORN)).toMatchObject({ payer: 'may-have-paid', reader: 'unknown', payee: 'asked' })
  })

  it('ends like any other once the same card is tapped again', () => {
    expect(known([...TORN, ...AGAIN])).toEqual(known(TAP))
  })

  it('keeps what is unknown unknown while the card is only selected again', () => {
    expect(known([...TORN, ...AGAIN.slice(0, 2)]).reader).toBe('unknown')
  })

  it('may be paid by another card, and then it is that one that has paid', () => {
    const others = AGAIN.map((line) => line.replace(':bo', ':alice'))
    const met = known([...TORN, ...others.slice(0, 2)])
    expect(met).toMatchObject({ card: 'alice', payer: 'met', reader: 'unknown' })
    expect(known([...TORN, ...others])).toEqual({ ...known(TAP), card: 'alice' })
  })

  it('does not take a paid voucher back when a later answer is lost', () => {
    const lines = [...TAP.slice(0, 8), 'till!field:bo PAY']
    expect(known(lines)).toMatchObject({ payer: 'paid', reader: 'voucher' })
  })
})

describe('a refusal', () => {
  it('of the card moves nothing', () => {
    const lines = [...TAP.slice(0, 7), 'till<field:bo PAY 2 refused']
    expect(known(lines)).toMatchObject({ payer: 'refused', reader: 'refused', payee: 'asked' })
  })

  it("of the payee's purse leaves the money on its way, until it is voided and taken back", () => {
    const refused = [...TAP.slice(0, 9), 'till<sam ACCEPT 2 refused']
    expect(known(refused)).toMatchObject({ payer: 'paid', reader: 'voucher', payee: 'refused' })
    const voided = [...refused, 'till>sam VOID 259', 'till<sam VOID 108']
    expect(known(voided)).toMatchObject({ payer: 'paid', payee: 'voided' })
    const undone = [...voided, 'bo>sim UNDO 249', 'bo<sim UNDO 2']
    expect(known(undone)).toMatchObject({ payer: 'taken-back', payee: 'voided' })
  })
})

describe('the bank', () => {
  it('hears of a tap when the payer syncs, and tells its SIM that it may forget', () => {
    const lines = [...TAP, ...syncOf('bo')]
    expect(known(lines, 14).bank).toBe('nothing')
    expect(known(lines, 16)).toMatchObject({ bank: 'payer-told', payer: 'paid' })
    expect(known(lines)).toMatchObject({ bank: 'payer-told', payer: 'acknowledged' })
  })

  it('hears of it from the payee as well, in any order', () => {
    expect(known([...TAP, ...syncOf('till')]).bank).toBe('payee-told')
    const one = known([...TAP, ...syncOf('till'), ...syncOf('bo')])
    expect(one).toEqual(known([...TAP, ...syncOf('bo'), ...syncOf('till')]))
    expect(one).toMatchObject({ bank: 'both-told', payer: 'acknowledged', payee: 'acknowledged' })
  })

  it('is told nothing by a state that was signed before the money moved', () => {
    const [before, after] = [syncOf('bo').slice(0, 4), syncOf('bo').slice(4)]
    expect(known([...before, ...TAP, ...after])).toMatchObject({ bank: 'nothing', payer: 'paid' })
  })

  it('is told nothing by a sync that gets no answer or is refused', () => {
    const begun = syncOf('bo').slice(0, 5)
    expect(known([...TAP, ...begun, 'bo!bank POST /v1/purses/{id}/syncs']).bank).toBe('nothing')
    expect(known([...TAP, ...begun, 'bo<bank POST /v1/purses/{id}/syncs 90 no']).bank).toBe('nothing')
  })

  it("learns of a torn payment from the payer's log alone", () => {
    expect(known([...TORN, ...syncOf('bo')]).bank).toBe('payer-told')
  })

  it('may be brought the voucher by the till before either purse syncs', () => {
    const lines = [...TAP.slice(0, 8), 'till>bank POST /v1/vouchers 600', 'till<bank POST /v1/vouchers 90']
    expect(known(lines).bank).toBe('voucher')
  })

  it('learns nothing of this tap when somebody else syncs', () => {
    expect(known([...TAP, ...syncOf('alice')])).toEqual(known(TAP))
  })
})

it('finds the tap that a message belongs to, or that a later sync is about', () => {
  const events = recorded([...TAP, ...TAP, ...syncOf('bo'), ...syncOf('alice')])
  const taps = tapsIn(events)
  expect(tapOf(taps, events[5]!)).toBe(taps[0])
  expect(tapOf(taps, events[12]!)).toBe(taps[1])
  expect(tapOf(taps, events[22]!)).toBe(taps[1])
  expect(tapOf(taps, events.at(-1)!)).toBeUndefined()
})
