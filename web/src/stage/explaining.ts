// Which explanation an event has: by its stable step, and by the way it went.
import { isRefusal } from './answers'
import type { StageEvent } from './api'

const OF_COMMANDS: Record<string, string> = {
  SELECT: 'select',
  PREPARE: 'prepare',
  PAY: 'pay',
  ACCEPT: 'accept',
  STATE: 'state',
  READ_LOG: 'readLog',
  SYNC_ACK: 'syncAck',
  BLOCKLIST: 'blocklist',
  VOID: 'void',
  UNDO: 'undo',
  VERIFY: 'verify',
  ARM: 'arm',
  GET_CERTIFICATE: 'certificate',
  GET_VOUCHER: 'voucher',
}

const OF_REQUESTS: Record<string, string> = {
  'POST /v1/purses/{id}/syncs': 'syncs',
  'POST /v1/vouchers': 'vouchers',
  'POST /v1/loads': 'loads',
  'POST /v1/purse-payments': 'pursePayments',
}

/** What an answer is called, where it is more than "done": a text's name below `explained.answers`. */
export function answerOf(event: StageEvent): string | undefined {
  if (event.direction !== 'received' || isRefusal(event)) return undefined
  const name = OF_COMMANDS[event.step] ?? OF_REQUESTS[event.step]
  return name && NAMED_ANSWERS.has(name) ? name : undefined
}

const NAMED_ANSWERS = new Set('select prepare pay accept state readLog syncs loads void'.split(' '))

/** The name of a text below `explained`. */
export function explanationOf(event: StageEvent): string {
  if (event.direction === 'unanswered') return 'unanswered'
  if (isRefusal(event)) return 'refused'
  const isRequest = event.step.includes('/')
  const known = isRequest ? OF_REQUESTS[event.step] : OF_COMMANDS[event.step]
  const name = known ?? (isRequest ? 'request' : 'command')
  return `steps.${name}.${event.direction === 'sent' ? 'asked' : 'answered'}`
}
