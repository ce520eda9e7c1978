// A voucher's life as the bank tells it, drawn as stations on a line.
import type { SignName } from '../parts/Sign.vue'
import type { LifeStep, StepKind, VoucherLife } from '../api/operations'

export interface Station {
  step: LifeStep
  sign: SignName
  tone: 'good' | 'wait' | 'bad' | 'plain'
}

const SIGNS: Record<StepKind, SignName> = { signed: 'key', 'came-in': 'settle', forked: 'bad', waits: 'wait', ended: 'check', 'given-back': 'refund' }
/** What two risk officers may let go; whatever else a voucher waits for comes by itself. */
const HELD = new Set(['payer-flagged', 'tainted', 'unproved'])

export function stationsOf(life: VoucherLife): Station[] {
  return life.steps.map((step) => ({ step, sign: SIGNS[step.kind], tone: toneOf(step.kind, life.outcome) }))
}

export function isHeld(life: VoucherLife): boolean {
  return life.waits_for !== null && HELD.has(life.waits_for)
}

function toneOf(kind: StepKind, outcome: string | null): Station['tone'] {
  if (kind === 'forked') return 'bad'
  if (kind === 'waits') return 'wait'
  if (kind !== 'ended') return 'plain'
  if (outcome === 'settled') return 'good'
  return outcome === 'declined' ? 'bad' : 'wait'
}
