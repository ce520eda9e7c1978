// Merchants as staff take them on, as the bank's interface has them.
export interface Merchant {
  merchant_id: string
  wallet_id: string
  name: string
  latin_name: string
  latin_city: string
  category_code: string
  credit_code: string
  bank_code: string
  account_holder: string
  account_masked: string
  webhook_url: string | null
  opened_at: string
  suspended_at: string | null
}

export interface ServerKey {
  key_id: string
  public_key: string
  since: string
  revoked_at: string | null
}

export interface Shop {
  shop_id: string
  code: string
  name: string
  latin_name: string
  opened_at: string
  closed_at: string | null
}

export interface Till {
  terminal_id: string
  shop_id: string
  label: string
  key_id: string | null
  added_at: string
  enrolled_at: string | null
  revoked_at: string | null
}

/** Half of the code of a till that two added; each of them is shown another. */
export interface TillCodeHalf {
  terminal_id: string
  shop_id: string
  label: string
  is_first: boolean
  letters: string
  code_expires_at: string
}

export interface HostedPayee {
  payee_id: string
  certificate: string
}

export interface Payout {
  settlement_id: string
  merchant_id: string
  day: number
  amount_fen: number
  state: 'made' | 'held' | 'done' | 'refused'
  reason: string
  made_at: string
  ended_at: string | null
}

export interface SettledDay {
  day: number
  file_name: string | null
  submitted_at: string | null
  settlements: Payout[]
}

export interface PurseOrder {
  order_id: string
  kind: string
  state: 'ordered' | 'at-bureau' | 'certified'
  purse_id: string | null
  ordered_at: string
}
