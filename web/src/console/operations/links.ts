// Where what an id names is shown.
import type { RouteLocationRaw } from 'vue-router'

export function purseAt(id: string): RouteLocationRaw {
  return { name: 'purse', params: { id } }
}

export function walletAt(id: string): RouteLocationRaw {
  return { name: 'wallet', params: { id } }
}

/** A voucher is written `payer/entry`. */
export function voucherAt(voucher: string): RouteLocationRaw {
  const [payer = '', entry = ''] = voucher.split('/')
  return { name: 'voucher', params: { payer, entry } }
}

export function merchantAt(id: string): RouteLocationRaw {
  return { name: 'merchant', params: { id } }
}

/** What a word of the trail such as `wallet_id` names; undefined where there is no page for it. */
export function subjectAt(kind: string, id: string): RouteLocationRaw | undefined {
  if (kind === 'wallet_id') return walletAt(id)
  if (kind === 'purse_id' || kind === 'payer_id' || kind === 'payee_id') return purseAt(id)
  if (kind === 'case_id') return { name: 'case', params: { id } }
  if (kind === 'approval_id') return { name: 'approval', params: { id } }
  if (kind === 'merchant_id' || kind === 'merchant') return merchantAt(id)
  return kind === 'batch' ? { name: 'run', params: { batch: id } } : undefined
}
