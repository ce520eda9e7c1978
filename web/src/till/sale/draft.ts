// The sale that is being charged, with its id: kept so that a reload, or a second try after no
// answer, asks for the same sale and not for another one.
import type { Fen } from '@shared/money'
import type { Item } from '../program'

export interface Draft {
  id: string
  amount_fen: Fen
  items: Item[]
}

const KEY = 'zerobar.till.draft'

export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(KEY, JSON.stringify(draft))
}

export function keptDraft(): Draft | undefined {
  const text = sessionStorage.getItem(KEY)
  return text ? (JSON.parse(text) as Draft) : undefined
}

export function forgetDraft(id: string): void {
  if (keptDraft()?.id === id) sessionStorage.removeItem(KEY)
}
