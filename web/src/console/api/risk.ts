// What risk officers see, as the bank's interface has it.
import type { Flow, LogLine, WalletLimits } from './operations'

export interface FraudCase {
  case_id: string
  purse_id: string
  entry: number
  test: number
  found_at: string
  seen_by: string | null
  seen_at: string | null
  closed_by: string | null
  closed_at: string | null
  reason: string | null
}

export interface SignedField {
  name: string
  offset: number
  length: number
  hex: string
  value: string
  differs: boolean
}

export interface SignedMessage {
  type: string
  hex: string
  signature_holds: boolean | null
  fields: SignedField[]
}

export interface DecodedCase extends FraudCase {
  title: string
  title_zh: string
  explanation: string
  explanation_zh: string
  first: SignedMessage | null
  second: SignedMessage | null
  log: LogLine[]
}

export interface ClassPreview {
  purse_class: number
  name: string
  is_blocked: boolean
  active: number
  blocked: number
  closed: number
  in_purses_fen: number
  from_them: Flow
  to_them: Flow
  told: number
}

export type CategoryTable = Record<string, WalletLimits>

export interface LimitVersion {
  valid_from: string | null
  state: 'past' | 'valid' | 'to-come'
  categories: CategoryTable
  approval_id: string | null
  proposed_by: string | null
  approved_by: string | null
}

export interface TouchedCategory {
  category: number
  wallets: number
  over_balance: number
  over_per_payment: number
  over_per_day: number
  over_per_year: number
  newly_over: number
  loses_withdrawal: number
}

export interface Parameter {
  name: string
  title: string
  title_zh: string
  unit: 'count' | 'hours' | 'fen'
  value: number
  least: number
  most: number
}

export interface Pattern {
  name: string
  title: string
  title_zh: string
  explanation: string
  explanation_zh: string
  subject: 'purse' | 'wallet'
  is_on: boolean
  version: number
  parameters: Parameter[]
  changed_by: string | null
  changed_at: string | null
  reason: string | null
}

export interface PatternVersion {
  version: number
  is_on: boolean
  parameters: Record<string, number>
  changed_by: string
  changed_at: string
  reason: string
}

export interface PatternHit {
  subject: 'purse' | 'wallet'
  id: string
  sentence: string
  sentence_zh: string
  figures: Record<string, number>
  last_at: string
}

export interface PatternHits {
  at: string
  version: number
  items: PatternHit[]
  more: boolean
}

export interface Loss {
  purse_id: string
  lost_fen: number
  covered_fen: number
  ceiling_fen: number
  due_fen: number
  beyond_fen: number
}

export interface Losses {
  at: string
  vault_fen: number
  items: Loss[]
}

export interface StalledPurse {
  purse_id: string
  purse_class: string
  wallet_id: string | null
  credits: number
  amount_fen: number
  cheats: string[]
  syncs: number
  since: string
}
