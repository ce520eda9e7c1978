import { describe, expect, it } from 'vitest'
import type { LifeStep, StepKind, VoucherLife } from '../api/operations'
import { isHeld, stationsOf } from './stations'

function step(kind: StepKind, at: string | null = null): LifeStep {
  return { kind, at, sentence: `whatever the bank says of ${kind}`, sentence_zh: '银行怎么说都行' }
}

function life(outcome: string | null, waitsFor: string | null, ...kinds: StepKind[]): VoucherLife {
  const steps = [step('signed'), step('came-in', '2026-11-26T07:01:45Z'), ...kinds.map((kind) => step(kind))]
  return { payer_id: '', payee_id: '', entry: 2, amount_fen: 3000, reference: '', outcome, waits_for: waitsFor, steps }
}

describe("a voucher's life", () => {
  it('is drawn by the kind of each step, whatever the words are', () => {
    const stations = stationsOf(life(null, 'payee-sync', 'waits'))
    expect(stations.map((station) => station.sign)).toEqual(['key', 'settle', 'wait'])
    expect(stations.map((station) => station.tone)).toEqual(['plain', 'plain', 'wait'])
  })

  it('ends with its one outcome', () => {
    expect(stationsOf(life('settled', null, 'ended')).at(-1)).toMatchObject({ sign: 'check', tone: 'good' })
    expect(stationsOf(life('declined', null, 'ended')).at(-1)).toMatchObject({ tone: 'bad' })
    expect(stationsOf(life('refunded', null, 'ended')).at(-1)).toMatchObject({ tone: 'wait' })
  })

  it('shows a clone', () => {
    expect(stationsOf(life(null, 'payer-flagged', 'forked', 'waits'))[2]).toMatchObject({ sign: 'bad', tone: 'bad' })
  })

  it('is held only by what risk officers may let go', () => {
    expect(['payer-flagged', 'tainted', 'unproved'].every((name) => isHeld(life(null, name, 'waits')))).toBe(true)
    expect(['payee-sync', 'busy', 'top-up', 'ledger-refused', null].some((name) => isHeld(life(null, name, 'waits')))).toBe(false)
  })
})
