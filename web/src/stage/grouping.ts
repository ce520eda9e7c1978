// Folds what belongs together: the messages of one tap, of one sync, of one load. Each device has
// its own run of them, though the devices' events come mixed.
import { isDone, isInField, isNote, isWithOwnPurse } from './answers'
import type { StageEvent } from './api'
import { BANK } from './lanes'

export type BlockKind = 'asking' | 'tap' | 'load' | 'sync' | 'reading' | 'looking'

export interface Block {
  /** The first event's number. */
  id: number
  kind: BlockKind
  device: string
  events: StageEvent[]
  /** The stage's note on what a card has just paid in this tap: who, whom and how much. */
  paid?: StageEvent
}

export type Item = { block: Block } | { event: StageEvent } | { notes: StageEvent[] }

/** Commands to the own purse that only read; a sync begins with them too. */
const READING_STEPS = new Set('STATE READ_LOG GET_CERTIFICATE GET_VOUCHER'.split(' '))
const SYNC_STEPS = new Set('SYNC_ACK BLOCKLIST KEY_UPDATE UNDO VOID ACCEPT PUT_CERTIFICATE'.split(' '))
const SYNC_REQUEST = /^\w+ \/v1\/(purses\/\{id\}\/syncs?|vouchers|void-statements|blocklist\S*)$/
const LOAD_REQUEST = 'POST /v1/loads'
/** A pause after which the next message begins another sync. */
const PAUSE_S = 4

/** Events in order of time, folded; a block stands where its first event does. */
export function grouped(events: StageEvent[]): Item[] {
  const items: Item[] = []
  const folders = new Map<string, Folder>()
  for (const event of events) {
    if (isNote(event)) {
      if (!folders.get(event.device)?.takeNote(event)) addNote(items, event)
      continue
    }
    const folder = folders.get(event.device) ?? new Folder(items)
    folders.set(event.device, folder)
    folder.take(event)
  }
  for (const folder of folders.values()) folder.end()
  return items
}

/** Notes that follow one another stand together. */
function addNote(items: Item[], event: StageEvent): void {
  const last = items.at(-1)
  const isAlone = ALONE.has(event.step)
  if (!isAlone && last && 'notes' in last && !ALONE.has(last.notes[0]!.step)) last.notes.push(event)
  else items.push({ notes: [event] })
}

const ALONE: ReadonlySet<string> = new Set(['chapter', 'torn'])

/** One device's events. */
class Folder {
  private readonly items: Item[]
  private tap: Block | undefined
  private sync: Block | undefined
  private looking: Block | undefined
  /** SELECT of the own purse: only the next command tells what it was for. */
  private selects: StageEvent[] = []

  constructor(items: Item[]) {
    this.items = items
  }

  take(event: StageEvent): void {
    if (isWithOwnPurse(event)) this.takeOwn(event)
    else if (isInField(event)) this.takeInField(event)
    else this.takeFar(event)
  }

  /** Take a note that belongs to a tap; false: it does not. */
  takeNote(event: StageEvent): boolean {
    if (event.step !== 'pays' || this.tap?.kind !== 'tap') return false
    this.tap.paid = event
    return true
  }

  end(): void {
    for (const event of this.takenSelects()) this.items.push({ event })
  }

  private takeOwn(event: StageEvent): void {
    if (event.step === 'SELECT') this.selects.push(event)
    else if (event.step === 'PREPARE' && event.direction === 'sent') this.tap = this.begun('asking', event)
    else if (this.belongsToTap(event)) this.addToTap(event)
    else if (READING_STEPS.has(event.step)) this.addToReading(event)
    else if (SYNC_STEPS.has(event.step)) this.addToSync(event)
    else this.single(event)
  }

  private belongsToTap(event: StageEvent): boolean {
    if (this.tap === undefined) return false
    if (event.step !== 'ACCEPT') return event.step === 'PREPARE'
    // While a till waits, a sync may bring its purse somebody else's voucher.
    return hasVoucher(this.tap) || (this.tap.kind === 'asking' && !this.isSyncing(event))
  }

  private isSyncing(event: StageEvent): boolean {
    return this.sync?.kind === 'sync' && isWithin(this.sync, event)
  }

  private addToTap(event: StageEvent): void {
    this.tap!.events.push(...this.takenSelects(), event)
    if (event.step === 'ACCEPT' && isDone(event)) this.tap = undefined
  }

  private takeInField(event: StageEvent): void {
    if (this.tap === undefined) this.tap = this.begun('tap', event, false)
    else this.tap.events.push(event)
    this.tap.kind = 'tap'
  }

  private takeFar(event: StageEvent): void {
    if (event.step === LOAD_REQUEST && this.tap && this.tap.kind !== 'tap') {
      this.tap.kind = 'load'
      this.tap.events.push(event)
    } else if (SYNC_REQUEST.test(event.step)) this.addToSync(event)
    else if (event.step.startsWith('GET ')) this.addToLooking(event)
    else this.single(event)
  }

  /** An answer stands with its question, whatever came between. */
  private addToLooking(event: StageEvent): void {
    if (event.direction !== 'sent' && this.looking) this.looking.events.push(event)
    else this.looking = this.addToLatest('looking', event)
  }

  private addToReading(event: StageEvent): void {
    if (isWithin(this.sync, event)) this.sync!.events.push(...this.takenSelects(), event)
    else this.sync = this.addToLatest('reading', event)
  }

  private addToSync(event: StageEvent): void {
    if (isWithin(this.sync, event)) {
      this.sync!.kind = 'sync'
      this.sync!.events.push(...this.takenSelects(), event)
    } else this.sync = this.addToLatest('sync', event)
  }

  /** What changes nothing joins what was of its kind before, if nothing else came between. */
  private addToLatest(kind: BlockKind, event: StageEvent): Block {
    const selects = isWithOwnPurse(event)
    for (const item of this.items.slice(-MOST_AT_ONCE).reverse()) {
      if (!('block' in item) || !isIdle(item.block)) break
      if (item.block.device !== event.device || item.block.kind !== kind) continue
      item.block.events.push(...(selects ? this.takenSelects() : []), event)
      return item.block
    }
    return this.begun(kind, event, selects)
  }

  private begun(kind: BlockKind, event: StageEvent, withSelects = true): Block {
    const events = [...(withSelects ? this.takenSelects() : []), event]
    const block = { id: events[0]!.number, kind, device: event.device, events }
    this.items.push({ block })
    return block
  }

  private single(event: StageEvent): void {
    for (const one of [...this.takenSelects(), event]) this.items.push({ event: one })
  }

  private takenSelects(): StageEvent[] {
    const taken = this.selects
    this.selects = []
    return taken
  }
}

/** What changed nothing: questions, and syncs that nobody answered. */
function isIdle(block: Block): boolean {
  if (block.kind !== 'sync') return block.kind === 'looking' || block.kind === 'reading'
  return !block.events.some((event) => event.other === BANK && event.direction === 'received')
}

/** Whether the bank has left the block's last question without an answer. */
export function isWithoutAnswer(block: Block): boolean {
  return block.events.findLast((event) => event.other === BANK)?.direction === 'unanswered'
}

/** More blocks than the devices may have at the same time. */
const MOST_AT_ONCE = 16

function isWithin(block: Block | undefined, event: StageEvent): boolean {
  if (block === undefined) return false
  const pause = event.at_unix_s - block.events.at(-1)!.at_unix_s
  // What was read again and again before is not part of the sync that follows.
  const isFresh = block.kind === 'sync' || event.at_unix_s - block.events[0]!.at_unix_s <= PAUSE_S
  return pause <= PAUSE_S && isFresh
}

function hasVoucher(tap: Block): boolean {
  return tap.kind === 'load' || tap.events.some((event) => event.step === 'PAY' && isDone(event))
}

export type TapState = 'waiting' | 'paying' | 'torn' | 'paid' | 'refused' | 'delivering'

export interface TapSummary {
  state: TapState
  /** The card that came last; empty if none did, or nobody knows whose it was. */
  card: string
  /** Commands and bytes that crossed the field; nothing else did. */
  commands: number
  bytes: number
}

export function summaryOfTap(block: Block): TapSummary {
  const inField = block.events.filter(isInField)
  return {
    state: stateOfTap(block.events),
    card: inField.findLast((event) => event.card !== '')?.card ?? '',
    commands: inField.filter((event) => event.direction === 'sent').length,
    bytes: bytesOf(inField),
  }
}

export function bytesOf(events: StageEvent[]): number {
  return events.reduce((sum, event) => sum + event.size, 0)
}

function stateOfTap(events: StageEvent[]): TapState {
  let state: TapState = 'waiting'
  for (const event of events) state = stateAfter(state, event)
  return state
}

function stateAfter(before: TapState, event: StageEvent): TapState {
  if (event.step === 'ACCEPT') {
    if (event.direction === 'received') return isDone(event) ? 'paid' : 'refused'
    return 'delivering'
  }
  if (!isInField(event)) return before
  if (event.direction === 'unanswered') return 'torn'
  if (event.step !== 'PAY') return before === 'torn' ? 'torn' : before
  if (event.direction === 'sent') return 'paying'
  return isDone(event) ? 'delivering' : 'refused'
}
