// What each party to a tap knows after each message, derived from the messages alone. It follows
// the protocol's page: who has signed or stored what, and who cannot know it yet.
import { inOrder, isDone, isInField, isRefusal, isWithOwnPurse } from './answers'
import type { StageEvent } from './api'
import type { Block } from './grouping'

export type PayerFact =
  | 'nothing' | 'met' | 'may-have-paid' | 'paid' | 'refused' | 'acknowledged' | 'taken-back'
export type ReaderFact =
  | 'nothing' | 'request' | 'met' | 'unknown' | 'refused' | 'voucher' | 'receipt'
export type PayeeFact =
  | 'nothing' | 'asked' | 'may-be-credited' | 'credited' | 'refused' | 'voided' | 'acknowledged'
export type BankFact = 'nothing' | 'voucher' | 'payer-told' | 'payee-told' | 'both-told'

/** A fact for each party: the payer's SIM, the program at the reader, the payee's purse, the bank. */
export interface Knowledge {
  /** Whose card came last; empty before one did. */
  card: string
  payer: PayerFact
  reader: ReaderFact
  payee: PayeeFact
  bank: BankFact
}

/** What was known before the payee's purse was asked for anything. */
export const NOBODY_KNOWS: Knowledge = {
  card: '',
  payer: 'nothing',
  reader: 'nothing',
  payee: 'nothing',
  bank: 'nothing',
}

const STATE_BROUGHT = 'POST /v1/purses/{id}/syncs'
const VOUCHERS_BROUGHT = 'POST /v1/vouchers'

/**
 * What each party knows of a tap just after an event.
 *
 * @param events all events in order of time, the tap's among them.
 * @param tap whose money it is about.
 * @param last the newest event that counts.
 */
export function knowledgeAfter(events: StageEvent[], tap: Block, last: StageEvent): Knowledge {
  const watch = new Watch(tap)
  for (const event of events) {
    if (inOrder(event, last) > 0) break
    watch.see(event)
  }
  return watch.knowledge
}

/** The tap that an event speaks of: its own, or the newest one before in which the device had a part. */
export function tapOf(taps: Block[], event: StageEvent): Block | undefined {
  const own = taps.find((tap) => tap.events.includes(event))
  if (own) return own
  return taps.findLast((tap) => inOrder(tap.events[0]!, event) < 0 && hasPart(tap, event.device))
}

function hasPart(tap: Block, device: string): boolean {
  return tap.device === device || tap.events.some((event) => isInField(event) && event.card === device)
}

/** Goes along the events and remembers, for one tap. */
class Watch {
  readonly knowledge: Knowledge = { ...NOBODY_KNOWS }
  private readonly tap: Block
  private readonly own: ReadonlySet<StageEvent>
  private isPaid = false
  private isCredited = false
  /** Devices whose purse has signed a STATE with its part of this tap in it. */
  private readonly stated = new Set<string>()
  /** Of those, whose bank has it. */
  private readonly told = new Set<string>()

  constructor(tap: Block) {
    this.tap = tap
    this.own = new Set(tap.events)
  }

  see(event: StageEvent): void {
    if (this.own.has(event)) this.seeOfTap(event)
    else if (event.device === this.tap.device || event.device === this.card) this.seeElsewhere(event)
  }

  private seeOfTap(event: StageEvent): void {
    if (isInField(event) && event.card !== this.card) this.meetAnother(event.card)
    if (event.step === 'PREPARE') this.seePrepare(event)
    else if (event.step === 'ACCEPT') this.seeAccept(event)
    else if (isInField(event) && event.step === 'PAY') this.seePay(event)
    else if (isInField(event) && event.step === 'SELECT' && isDone(event)) this.seeMet()
  }

  private get card(): string {
    return this.knowledge.card
  }

  // What an earlier card may have paid goes back to it: one request is credited once.
  private meetAnother(card: string): void {
    this.knowledge.card = card
    this.knowledge.payer = 'nothing'
    this.isPaid = false
  }

  private seePrepare(event: StageEvent): void {
    if (!isDone(event)) return
    this.knowledge.payee = 'asked'
    this.knowledge.reader = 'request'
  }

  private seeMet(): void {
    const { knowledge } = this
    if (knowledge.payer === 'nothing') knowledge.payer = 'met'
    if (knowledge.reader === 'request' || knowledge.reader === 'nothing') knowledge.reader = 'met'
  }

  private seePay(event: StageEvent): void {
    const { knowledge } = this
    if (isDone(event)) {
      this.isPaid = true
      if (!this.told.has(this.card)) knowledge.payer = 'paid'
      knowledge.reader = 'voucher'
    } else if (isRefusal(event)) {
      if (!this.isPaid) knowledge.payer = knowledge.reader = 'refused'
    } else if (!this.isPaid) {
      // From the moment the command is out until an answer is here, only the SIM can tell.
      knowledge.payer = 'may-have-paid'
      knowledge.reader = 'unknown'
    }
  }

  private seeAccept(event: StageEvent): void {
    const { knowledge } = this
    if (isDone(event)) {
      this.isCredited = true
      knowledge.payee = 'credited'
      knowledge.reader = 'receipt'
    } else if (isRefusal(event)) knowledge.payee = 'refused'
    else if (!this.isCredited) knowledge.payee = 'may-be-credited'
  }

  /** What the two devices tell the bank later, and what it tells their purses. */
  private seeElsewhere(event: StageEvent): void {
    if (!isDone(event)) return
    if (isWithOwnPurse(event)) this.seeOwnPurse(event)
    else if (event.step === STATE_BROUGHT) this.seeBrought(event.device)
    else if (event.step === VOUCHERS_BROUGHT && this.holdsVoucher(event.device)) this.seeVoucher()
  }

  private seeOwnPurse(event: StageEvent): void {
    const isPayer = event.device === this.card && this.knowledge.payer !== 'nothing'
    if (event.step === 'STATE' && this.hasEntry(event.device)) this.stated.add(event.device)
    else if (event.step === 'SYNC_ACK' && this.told.has(event.device)) this.seeAcknowledged(isPayer)
    else if (event.step === 'VOID' && !isPayer) this.seeVoid()
    else if (event.step === 'UNDO' && isPayer) this.seeUndo()
  }

  // Neither says which voucher it is about; only one that was refused, or voided, can be meant.
  private seeVoid(): void {
    if (this.knowledge.payee === 'refused') this.knowledge.payee = 'voided'
  }

  private seeUndo(): void {
    if (this.knowledge.payee === 'voided') this.knowledge.payer = 'taken-back'
  }

  /** Whether a log that is signed now tells of this tap. */
  private hasEntry(device: string): boolean {
    if (device === this.tap.device) return this.isCredited || this.knowledge.payee === 'voided'
    return this.isPaid || this.knowledge.payer === 'may-have-paid'
  }

  private seeBrought(device: string): void {
    if (this.stated.has(device)) this.told.add(device)
    const payer = this.told.has(this.card)
    const payee = this.told.has(this.tap.device)
    if (payer && payee) this.knowledge.bank = 'both-told'
    else if (payer) this.knowledge.bank = 'payer-told'
    else if (payee) this.knowledge.bank = 'payee-told'
  }

  private seeAcknowledged(isPayer: boolean): void {
    if (isPayer && this.knowledge.payer !== 'taken-back') this.knowledge.payer = 'acknowledged'
    if (!isPayer && this.isCredited) this.knowledge.payee = 'acknowledged'
  }

  private holdsVoucher(device: string): boolean {
    return device === this.tap.device && ['voucher', 'receipt'].includes(this.knowledge.reader)
  }

  private seeVoucher(): void {
    if (this.knowledge.bank === 'nothing') this.knowledge.bank = 'voucher'
  }
}
