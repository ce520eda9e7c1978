// A refund's id, made once for one sale and amount: asked again after no answer, it is given once.
import { newId } from '@shared/ids'
import type { Fen } from '@shared/money'

const key = (saleId: string) => `zerobar.till.refund.${saleId}`

export function refundIdFor(saleId: string, amount_fen: Fen): string {
  const kept = /^(\d+) (.+)$/.exec(sessionStorage.getItem(key(saleId)) ?? '')
  if (kept && Number(kept[1]) === amount_fen) return kept[2]!
  const id = newId()
  sessionStorage.setItem(key(saleId), `${amount_fen} ${id}`)
  return id
}

export function forgetRefund(saleId: string): void {
  sessionStorage.removeItem(key(saleId))
}
