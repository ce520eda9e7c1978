import { describe, expect, it } from 'vitest'
import type { VoucherLife } from '../api/operations'
import { stationsOf } from './stations'

const MADE = 'Purse 82a98b7ff86a9c1f made a payment of ¥30.00 to 910075ca114c0e43 as its entry 2.'
const CAME = 'It came in at 2026-11-26T07:01:45+00:00.'

function life(outcome: string | null, ...sentences: string[]): VoucherLife {
  return { payer_id: '', payee_id: '', entry: 2, amount_fen: 3000, reference: '', outcome, sentences: [MADE, CAME, ...sentences] }
}

describe("a voucher's life", () => {
  it('begins with its signature, and has the times that the bank tells', () => {
    const [signed, came] = stationsOf(life(null))
    expect([signed!.kind, signed!.at]).toEqual(['signed', undefined])
    expect([came!.kind, came!.at]).toEqual(['came-in', '2026-11-26T07:01:45+00:00'])
  })

  it('ends with its one outcome', () => {
    const ended = 'It was settled at 2026-11-26T07:01:46+00:00, and moved no money.'
    expect(stationsOf(life('settled', ended)).at(-1)).toMatchObject({ kind: 'ended', tone: 'good' })
    const declined = 'It was declined at 2026-11-26T07:01:46+00:00, and moved no money.'
    expect(stationsOf(life('declined', declined)).at(-1)).toMatchObject({ kind: 'ended', tone: 'bad' })
  })

  it('shows a clone, and what it waits for', () => {
    const clone = 'Another voucher with the same entry came in at 2026-11-26T07:01:47+00:00: a clone.'
    const waits = 'It waits for the risk officers: its purse was proved to cheat.'
    expect(stationsOf(life(null, clone, waits)).slice(2)).toMatchObject([
      { kind: 'clone', tone: 'bad' },
      { kind: 'waits', tone: 'wait' },
    ])
  })
})
