// What the phone's program says, as docs/phone.md has it. Amounts are in fen.
import type { Fen } from '@shared/money'

export type Finality =
  'final now' | 'final, settles at sync' | 'unknown, ask again' | 'nothing has moved'

export interface Said {
  en: string
  zh: string
}

export interface MoneyAnswer {
  id: string
  finality: Finality
  happened: Said
  next_step?: Said
  text?: string
  tap?: string
  because?: string
  details?: unknown
}

export interface PhoneShown {
  antenna: string | null
  can_read: boolean
  line: string | null
  signed_up: boolean
  wallet_number: string | null
  purse_id: string | null
  device_id: string | null
}

export interface WalletShown {
  wallet_id: string
  number: string
  label: string
  category: number
  status: string
  main: boolean
  auto_top_up: boolean
}

export interface PersonShown {
  phone: string
  name: string | null
  verified: boolean
  main_wallet_id: string | null
  wallets: WalletShown[]
}

export interface BalanceShown {
  balance_fen: Fen
  held_fen: Fen
  available_fen: Fen
}

export interface LimitUse {
  limit_fen: Fen | null
  used_fen: Fen
  left_fen: Fen | null
}

export interface LimitsShown {
  category: number
  balance_fen: Fen | null
  per_payment_fen: Fen | null
  per_day: LimitUse
  per_year: LimitUse
  bank_withdrawal: boolean
}

export interface BankCard {
  card_id: string
  number: string
  bound_at: string
}

export interface Items<T> {
  items: T[]
  next_cursor?: string | null
}

export interface RecordLine {
  transfer_id: string
  amount_fen: Fen
  balance_fen: Fen
  kind: string
  other: string
  memo: string
  posted_at: string
}

export interface Notice {
  notice_id: string
  kind: string
  subject_id: string
  amount_fen: Fen
  text: string
  made_at: string
  read: boolean
}

export interface Payee {
  kind: 'wallet-number' | 'phone' | 'order' | 'shop' | 'request'
  value: string
}

export interface PayeeShown {
  name: string
  number: string
  amount_fen: Fen | null
}

export interface MoneyRequest {
  request_id: string
  payee_wallet_id: string
  payer_wallet_id: string
  amount_fen: Fen
  memo: string
  state: 'open' | 'paid' | 'declined' | 'cancelled' | 'expired'
  made_at: string
  expires_at: string
}

export interface Confirmation {
  payment_id: string
  amount_fen: Fen
  memo: string
  made_at: string
  expires_at: string
}

export interface PurseSeen {
  purse_id: string
  linked: boolean
  balance_fen: Fen
  held_fen: Fen
  unsynced: number
  blocked: boolean
  pin_blocked: boolean
  synced_at_unix_s: number | null
  valid_until_day: number
}

export interface PurseLimits {
  per_payment_fen: Fen
  without_pin_fen: Fen
  holding_fen: Fen
}

export interface PurseShown {
  purse_id: string
  kind: string
  state: 'active' | 'blocked' | 'lost' | 'closed'
  limits: PurseLimits
  valid_until: string
  lost_at: string | null
  horizon_at: string | null
}

export interface TapShown {
  id: string
  amount_fen: Fen
  finality: Finality
  happened: Said
  next_step: Said
}

/** Something that happened to a voucher, as the bank tells it. */
export interface LifeStep {
  kind: 'signed' | 'came-in' | 'forked' | 'waits' | 'ended' | 'given-back'
  at: string | null
  sentence: string
  sentence_zh: string
}

export interface VoucherShown {
  payer_id: string
  entry: number
  payee_id: string
  amount_fen: Fen
  kind: string
  text: string
  outcome: string | null
  waits_for: string | null
  told: Said | null
  steps: LifeStep[]
}

export interface Scanned {
  kind: 'merchant-code' | 'till-request' | 'voucher' | 'customer-code'
  what_to_do: Said
  amount_fen?: Fen
  name?: string
  for_this_phone?: boolean | null
  payee?: Payee
}

export interface SyncShown {
  succeeded_at_unix_s: number | null
  next_at_unix_s: number | null
  failed: Said | null
  because: string | null
  next_step: Said | null
  queue: {
    vouchers: number
    vouchers_fen: Fen
    waiting_since_unix_s: number | null
    asked: string[]
    loads: string[]
    taps: string[]
  }
}

export interface LineShown {
  number: string
  plan: string
  status: 'active' | 'suspended_one_way' | 'suspended_two_way' | 'closed'
  balance_fen: Fen
  arrears_fen: Fen
  overdue_since: string | null
  suspended_on: string | null
}

export interface TopUpShown {
  id: string
  number: string
  amount_fen: Fen
  state: 'asked' | 'open' | 'paid' | 'over' | 'refused'
  payee: Payee | null
}

export interface Passkey {
  passkey_id: string
  label: string
  registered_at: string
}
