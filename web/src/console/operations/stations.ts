// A voucher's life as the bank tells it, sentence by sentence, drawn as stations on a line.
// The bank tells it in English; what a station is called, and when it was, is read from that.
import type { VoucherLife } from '../api/operations'

export type StationKind = 'signed' | 'came-in' | 'clone' | 'waits' | 'ended' | 'under-way'

export interface Station {
  kind: StationKind
  at: string | undefined
  sentence: string
  tone: 'good' | 'wait' | 'bad' | 'plain'
}

const MOMENT = /\bat (\d{4}-\d\d-\d\dT[\d:.]+(?:[+-]\d\d:\d\d|Z))/

export function stationsOf(life: VoucherLife): Station[] {
  return life.sentences.map((sentence, at) => {
    const kind = at === 0 ? 'signed' : kindOf(sentence)
    return { kind, at: MOMENT.exec(sentence)?.[1], sentence, tone: toneOf(kind, life.outcome) }
  })
}

function kindOf(sentence: string): StationKind {
  if (sentence.startsWith('It came in')) return 'came-in'
  if (sentence.startsWith('Another voucher')) return 'clone'
  if (sentence.startsWith('It waits')) return 'waits'
  return sentence.startsWith('It was ') ? 'ended' : 'under-way'
}

function toneOf(kind: StationKind, outcome: string | null): Station['tone'] {
  if (kind === 'clone') return 'bad'
  if (kind === 'waits' || kind === 'under-way') return 'wait'
  if (kind !== 'ended') return 'plain'
  if (outcome === 'settled') return 'good'
  return outcome === 'declined' ? 'bad' : 'wait'
}
