// What the bank's figures were, as its interface has them.
export type FiguresSpan = 'hour' | 'day' | 'week' | 'quarter'

export interface Figures {
  at: string
  issued_fen: number
  wallets_fen: number
  merchants_fen: number
  float_fen: number
  vaults_fen: number
  in_flight: number
  in_flight_fen: number
  due_fen: number
  vouchers_open: number
  vouchers_due: number
  webhooks_due: number
  requests: number
  errors: number
  answers: number
  answers_s: number
}

export interface FiguresHistory {
  span: FiguresSpan
  since: string
  until: string
  step_s: number
  items: Figures[]
}
