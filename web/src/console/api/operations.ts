// What operations see, as the bank's interface has it. Amounts are fen, times have their zone.
export type { Page } from '../pages'

export interface Holdings {
  operator_id: string
  name: string
  wallets_fen: number
  merchants_fen: number
  float_fen: number
  vault_fen: number
  issued_fen: number
  reserves_fen: number
}

export interface Supply {
  at: string
  issued_fen: number
  wallets_fen: number
  merchants_fen: number
  float_fen: number
  vaults_fen: number
  pledged_fen: number
  difference_fen: number
  uncovered_fen: number
  operators: Holdings[]
}

export type HitKind =
  | 'wallet' | 'purse' | 'voucher' | 'payment' | 'order' | 'refund' | 'merchant' | 'card-order' | 'approval'

export interface SearchHit {
  kind: HitKind
  id: string
  title: string
  amount_fen: number | null
  at: string | null
}

export interface PurseLine {
  purse_id: string
  purse_class: string
  status: string
  known_fen: number
  registered_at: string
  flagged_at: string | null
  lost_at: string | null
}

export interface LimitUse {
  limit_fen: number | null
  used_fen: number
  left_fen: number | null
}

/** A wallet's own: what of them is used up already is counted by day and by year. */
export interface LimitsInUse {
  category: number
  balance_fen: number | null
  per_payment_fen: number | null
  per_day: LimitUse
  per_year: LimitUse
  bank_withdrawal: boolean
}

export interface WalletLimits {
  balance_fen: number | null
  per_payment_fen: number | null
  per_day_fen: number | null
  per_year_fen: number | null
  bank_withdrawal: boolean
}

export interface WalletOverview {
  wallet_id: string
  number: string
  label: string
  kind: string
  category: number
  status: string
  phone: string | null
  name: string | null
  merchant_id: string | null
  opened_at: string
  frozen_at: string | null
  closed_at: string | null
  balance_fen: number
  held_fen: number
  available_fen: number
  limits: LimitsInUse | null
  devices: number
  purses: PurseLine[]
}

export interface Flow {
  count: number
  amount_fen: number
}

export interface PurseOverview {
  purse: PurseLine
  wallet_id: string | null
  linked_at: string | null
  horizon_at: string | null
  certified_until: string
  entry: number
  acknowledged: number
  last_synced_at: string | null
  epoch: number
  newest_epoch: number
  paid: Flow
  received: Flow
  paid_in_flight: Flow
  received_in_flight: Flow
  owed_fen: number
  cases: string[]
}

export interface PurseStep {
  at: string
  kind: string
  amount_fen: number | null
  other: string | null
  voucher: string | null
  entry: number | null
  by: string | null
  outcome: string | null
}

export interface LogLine {
  entry: number
  kind: string
  voucher: string
  other: string
  number: number
  amount_fen: number
  funds_fen: number
}

export type StepKind = 'signed' | 'came-in' | 'forked' | 'waits' | 'ended' | 'given-back'

/** Something that happened to a voucher, or what it waits for. */
export interface LifeStep {
  kind: StepKind
  at: string | null
  sentence: string
  sentence_zh: string
}

export interface VoucherLife {
  payer_id: string
  entry: number
  payee_id: string
  amount_fen: number
  reference: string
  outcome: string | null
  /** What has to happen next, by its stable name. */
  waits_for: string | null
  steps: LifeStep[]
}

export type VoucherList = 'undelivered' | 'due' | 'declined' | 'returned'

export interface VoucherLine {
  payer_id: string
  entry: number
  payee_id: string
  kind: string
  amount_fen: number
  stored_at: string
  outcome: string | null
  decided_at: string | null
  waits_for: string | null
  delivered: number | null
}

export interface FlightAge {
  from_h: number
  to_h: number | null
  count: number
  amount_fen: number
  due_count: number
  due_fen: number
}

export interface InFlight {
  at: string
  count: number
  amount_fen: number
  oldest_at: string | null
  ages: FlightAge[]
}

export interface Run {
  batch: string
  records: number
  done: number
  stored: number
  duplicates: number
  rejected: Record<string, number>
  begun_at: string
  finished_at: string | null
}

export interface Reject {
  record: string
  batch: string
  place: number
  reason: string
  sentence: string
  rejected_at: string
}

export interface SettledBatch {
  batch: string
  declared: number
  missing: number
  repeated: boolean
  stored: number
  duplicates: number
  rejected: Record<string, number>
  settled: number
  moved_fen: number
}

export type RefundState = 'open' | 'done' | 'refused'

export interface RefundLine {
  refund_id: string
  merchant_id: string
  order_id: string
  payment_id: string
  number: string
  amount_fen: number
  reason: string
  state: RefundState
  refused: string
  asked_at: string
  done_at: string | null
  tries: number
}

export interface MerchantLine {
  merchant_id: string
  wallet_id: string
  name: string
  category_code: string
  status: string
  opened_at: string
  suspended_at: string | null
  shops: number
  tills: number
  balance_fen: number
  last_paid_at: string | null
  open_refunds: number
}

export interface BlockedId {
  epoch: number
  id: string
  purse_class: string | null
  added_at: string
}

export interface Reach {
  epoch: number
  made_at: string | null
  purses: number
}

export interface Blocklist {
  epoch: number
  made_at: string | null
  blocked: number
  purses: number
  up_to_date: number
  reach: Reach[]
}

export interface Reconciliation {
  day: number
  made_at: string
  lines: number
  matched: number
  paid_in_fen: number
  paid_out_fen: number
  transfers: number
  transferred_fen: number
  differing: number
}

export interface Difference {
  subject: string
  kind: string
  reference: string
  ours_fen: number | null
  theirs_fen: number | null
}

export interface ReconciledDay {
  reconciliation: Reconciliation
  differences: Difference[]
}

export interface CardOrder {
  order_id: string
  kind: string
  wallet_id: string
  card_id: string
  amount_fen: number
  cause_id: string | null
  status: string
  reason: string
  asked_at: string
  ended_at: string | null
}

export interface StrandedOrder {
  person_id: string
  order: CardOrder
}

export interface OverdueOrder extends StrandedOrder {
  tries: number
  next_try_at: string
}
