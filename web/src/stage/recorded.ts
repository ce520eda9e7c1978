// Events as the programs record them, for the tests of this folder.
import type { Direction, StageEvent } from './api'

let number = 0

/** `till>sam PREPARE 24` is sent, `till<sam PREPARE 34` received, `till!field:bo PAY` unanswered. */
export function recorded(lines: string[]): StageEvent[] {
  number = 0
  return lines.map(eventOf)
}

const DIRECTIONS: Record<string, Direction> = { '>': 'sent', '<': 'received', '!': 'unanswered' }

function eventOf(line: string): StageEvent {
  const found = /^(\w+)([><!])(\w+)(?::(\w+))? (.+?)(?: (\d+))?( refused| no)?$/.exec(line)
  if (!found) throw new Error(`not an event: ${line}`)
  number += 1
  const [, device, arrow, far, card, step, size, refused] = found
  const other = far === 'field' ? 'card-in-the-field' : far!
  const answer = refused === ' no' ? ': no, 409' : ': refused, 9E01'
  const words = step! + (refused ? answer : '')
  const said = { step: step!, words, words_zh: words, size: Number(size ?? 0) }
  const where = { device: device!, other, card: card ?? '', direction: DIRECTIONS[arrow!]! }
  return { number, at_unix_s: number / 10, ...where, ...said }
}

/** A whole tap of Bo's SIM at the till. */
export const TAP = [
  'till>sam SELECT 15',
  'till<sam SELECT 176',
  'till>sam PREPARE 21',
  'till<sam PREPARE 34',
  'till>field:bo SELECT 15',
  'till<field:bo SELECT 34',
  'till>field:bo PAY 38',
  'till<field:bo PAY 255',
  'till>sam ACCEPT 259',
  'till<sam ACCEPT 34',
]

export function syncOf(device: string): string[] {
  const purse = device === 'till' ? 'sam' : 'sim'
  return [
    `${device}>${purse} SELECT 15`,
    `${device}<${purse} SELECT 176`,
    `${device}>${purse} STATE 14`,
    `${device}<${purse} STATE 134`,
    `${device}>bank POST /v1/purses/{id}/syncs 900`,
    `${device}<bank POST /v1/purses/{id}/syncs 400`,
    `${device}>${purse} SYNC_ACK 129`,
    `${device}<${purse} SYNC_ACK 2`,
  ]
}
