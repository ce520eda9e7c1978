// What the till's program is asked, and what it answers; the one place that knows its paths.
import { Http } from '@shared/http'
import type { Fen } from '@shared/money'
import { Problem } from '@shared/problem'
import { cashier, forgetCashier } from './cashier'

export interface Words {
  en: string
  zh: string
}

export type SaleState = 'open' | 'asking' | 'unknown' | 'paid' | 'cancelled' | 'given-up'
export type Finality = 'none' | 'final-now' | 'final-settles-at-sync' | 'unknown'

/** What a card is asked for at the bank: the wallet behind it, or its own value. */
export type PaysAtBank = 'shared-balance' | 'purse'

export interface Item {
  name: string
  quantity: number
  amount_fen: Fen
}

export interface Sale {
  sale_id: string
  number: string
  amount_fen: Fen
  items: Item[]
  cashier: string
  state: SaleState
  /** `online`: at the bank; anything else: by a card. */
  road: string | null
  means: string | null
  finality: Finality
  cause: string
  /** By what means it may be paid already; null: by none. */
  tried: string | null
  can_void: boolean
  is_late: boolean
  left_to_refund_fen: Fen
  began_at_unix_s: number
  paid_at_unix_s: number | null
  what_happened: Words
  next_step: Words
  spoken: Words
}

export interface Refund {
  refund_id: string
  sale_id: string
  number: string
  amount_fen: Fen
  reason: string
  road: 'online' | 'purse'
  state: 'asked' | 'unknown' | 'done' | 'refused'
  is_in_hand: boolean
  cause: string
  what_happened: Words
  next_step: Words
  spoken: Words
}

export interface CashierEntry {
  name: string
  is_chief: boolean
  is_locked: boolean
}

export interface Place {
  merchant: string
  shop: string
  till: string
  has_reader: boolean
  cashiers: CashierEntry[]
}

export interface SignedIn {
  token: string
  name: string
  is_chief: boolean
  shift_id: string
}

export interface Queue {
  count: number
  amount_fen: Fen
  most_count: number
  most_fen: Fen
  since_unix_s: number | null
  pending_sales: number
  synced_at_unix_s: number | null
  bank_answers: boolean | null
  bank_heard_at_unix_s: number | null
  error: string
}

export interface Total {
  kind: string
  cashier: string
  is_late: boolean
  count: number
  amount_fen: Fen
}

export interface Held {
  purse_id: string
  balance_fen: Fen
}

export interface Unloaded {
  finality: Finality
  what_happened: Words
  next_step: Words
}

export interface Totals {
  sales: Total[]
  refunds: Total[]
  taken_fen: Fen
  given_back_fen: Fen
  pending_count: number
  pending_fen: Fen
}

export interface Closing {
  closing_id: string
  number: number
  made_by: string
  made_at_unix_s: number
  totals: Totals
}

export interface Reconciled {
  day: string
  matched: number
  differences: { number: string; lacks: string; till_fen: Fen | null; bank_fen: Fen | null }[]
  surpluses: { sale_id: string; number: string; payer: string; amount_fen: Fen }[]
}

export interface Finding {
  part: string
  is_well: boolean
  what: Words
  next_step: Words
}

export interface Biller {
  biller_id: string
  name: string
}

export interface Bill {
  bill_id: string
  biller: Biller
  line: string
  amount_fen: Fen
  finality: Finality
  cause: string
  what_happened: Words
  next_step: Words
  spoken: Words
  /** The bank has said that what the card gave is no money. */
  is_refused: boolean
}

const http = new Http(() => cashier.signedIn?.token)

/** Whoever is not signed in any more is shown the way back in, whatever was asked. */
async function mine<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Problem && error.name_ === 'not-signed-in') forgetCashier()
    throw error
  }
}

const sale = (id: string, step = '') => `/sales/${id}${step && `/${step}`}`
const ofSale = (id: string, step: string, body: unknown = {}) =>
  mine(http.post<Sale>(sale(id, step), body))

export const program = {
  place: () => http.get<Place>('/place'),
  signIn: (name: string, pin: string) => http.post<SignedIn>('/session', { name, pin }),
  signOut: () => http.delete<void>('/session'),
  endShift: () => mine(http.post<void>('/shift/end')),

  begin: (id: string, amount_fen: Fen, items: Item[]) =>
    mine(http.put<Sale>(sale(id), { amount_fen, items })),
  sale: (id: string) => mine(http.get<Sale>(sale(id))),
  sales: (text: string, since_unix_s: number) =>
    mine(http.get<Sale[]>('/sales', { query: { text, since_unix_s, most: 200 } })),
  scan: (id: string, text: string) => ofSale(id, 'scan', { text }),
  tap: (id: string, pin?: string) => ofSale(id, 'tap', pin ? { pin } : {}),
  tapAtBank: (id: string, pays: PaysAtBank, pin?: string) =>
    ofSale(id, 'hosted-tap', { pays, ...(pin ? { pin } : {}) }),
  voidTap: (id: string) => ofSale(id, 'void'),
  ask: (id: string) => ofSale(id, 'ask'),
  cancel: (id: string) => ofSale(id, 'cancel'),
  giveUp: (id: string) => ofSale(id, 'give-up'),
  code: (id: string) => mine(http.post<{ text: string }>(sale(id, 'code'), {})),
  request: (id: string) => mine(http.post<{ text: string }>(sale(id, 'request'), {})),
  receipt: async (id: string) => (await mine(http.raw('GET', sale(id, 'receipt')))).blob(),

  refund: (id: string, sale_id: string, amount_fen: Fen, reason: string) =>
    mine(http.put<Refund>(`/refunds/${id}`, { sale_id, amount_fen, reason })),
  refundNow: (id: string) => mine(http.get<Refund>(`/refunds/${id}`)),
  tapRefund: (id: string) => mine(http.post<Refund>(`/refunds/${id}/tap`, {})),
  refundsOf: (id: string) => mine(http.get<Refund[]>(sale(id, 'refunds'))),

  billers: () => mine(http.get<Biller[]>('/billers')),
  bill: (id: string, biller_id: string, line: string, amount_fen: Fen) =>
    mine(http.put<Bill>(`/bills/${id}`, { biller_id, line, amount_fen })),
  bills: () => mine(http.get<Bill[]>('/bills', { query: { most: 10 } })),
  billReceipt: async (id: string) => (await mine(http.raw('GET', `/bills/${id}/receipt`))).blob(),
  billNow: (id: string) => mine(http.get<Bill>(`/bills/${id}`)),
  tapBill: (id: string, pin: string) =>
    mine(http.post<Bill>(`/bills/${id}/tap`, pin ? { pin } : {})),

  purse: () => mine(http.get<Held>('/purse')),
  unload: (id: string, amount_fen: Fen) =>
    mine(http.put<Unloaded>(`/unloads/${id}`, { amount_fen })),
  queue: () => mine(http.get<Queue>('/queue')),
  sync: () => mine(http.post<Queue>('/sync')),
  totals: () => mine(http.get<Totals>('/totals')),
  close: (id: string) => mine(http.put<Closing>(`/closings/${id}`)),
  closings: () => mine(http.get<Closing[]>('/closings')),
  reconcile: (day: string, file: Blob) =>
    mine(http.upload<Reconciled>(`/reconciliations/${day}`, file)),
  cashiers: () => mine(http.get<CashierEntry[]>('/cashiers')),
  addCashier: (name: string, pin: string, is_chief: boolean) =>
    mine(http.post<CashierEntry>('/cashiers', { name, pin, is_chief })),
  setPin: (name: string, pin: string) =>
    mine(http.put<void>(`/cashiers/${encodeURIComponent(name)}/pin`, { pin })),
  shopCode: () => mine(http.get<{ text: string }>('/shop-code')),
  doctor: () => mine(http.get<Finding[]>('/doctor')),
}
