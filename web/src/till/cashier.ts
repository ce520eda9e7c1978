// Who stands at the till: kept for this window only, and gone when it is closed.
import { reactive } from 'vue'
import type { SignedIn } from './program'

const KEY = 'zerobar.till.cashier'

export const cashier = reactive<{ signedIn: SignedIn | undefined }>({ signedIn: kept() })

function kept(): SignedIn | undefined {
  const text = sessionStorage.getItem(KEY)
  return text ? (JSON.parse(text) as SignedIn) : undefined
}

export function rememberCashier(signedIn: SignedIn): void {
  sessionStorage.setItem(KEY, JSON.stringify(signedIn))
  cashier.signedIn = signedIn
}

export function forgetCashier(): void {
  sessionStorage.removeItem(KEY)
  cashier.signedIn = undefined
}
