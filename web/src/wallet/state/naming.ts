// How a person is named: a wallet's number has 16 digits, a phone's 11.
import type { Payee } from '../types'

const PHONE_DIGITS = 11

export function personNamed(typed: string): Payee & { kind: 'wallet-number' | 'phone' } {
  const digits = typed.replace(/\D/g, '')
  const isForeign = typed.trim().startsWith('+')
  if (isForeign) return { kind: 'phone', value: `+${digits}` }
  if (digits.length === PHONE_DIGITS) return { kind: 'phone', value: `+86${digits}` }
  return { kind: 'wallet-number', value: digits }
}
