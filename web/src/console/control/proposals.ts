// What two people decide, in words: its title, what it does, and the facts in it by name.
import { yuan } from '@shared/money'
import { useI18n } from 'vue-i18n'
import type { RouteLocationRaw } from 'vue-router'
import type { Proposal, Role } from '../api/control'
import { chinaTime } from '../china'
import { merchantAt, purseAt, voucherAt, walletAt } from '../operations/links'
import { useWords } from '../words'

export interface ProposedFact {
  name: string
  value: string
  isId: boolean
  isKey: boolean
  isMerchant: boolean
  to: RouteLocationRaw | undefined
}

const RISK: readonly Role[] = ['risk']
export const DESK: readonly Role[] = ['operations', 'risk']
const APPROVERS: Record<string, readonly Role[]> = {
  'pay-in-reserves': ['authority-approver'], issue: ['authority-approver'], redeem: ['authority-approver'],
  'announce-key': ['authority-approver'], limits: RISK, 'category-one': DESK, unfreeze: RISK, 'block-class': RISK,
  'release-voucher': RISK, 'acknowledge-purse': RISK, 'cover-loss': RISK, 'new-pin': DESK, 'refund-order': DESK,
  'unblock-purse': DESK, 'release-purse': RISK, 'link-purse': DESK, 'server-key': DESK, 'add-till': DESK, 'add-staff': ['administrator'], 'renew-code': ['administrator'],
}

export const KINDS = Object.keys(APPROVERS)

/** Who may decide about it, if they did not propose it. */
export function approversOf(proposal: Proposal): readonly Role[] {
  return APPROVERS[proposal.kind] ?? []
}

const SHOWN_APART = new Set(['kind', 'categories'])

export function useProposals() {
  const { t, te } = useI18n()
  const words = useWords()

  function fact(name: string, value: unknown): ProposedFact {
    const key = `approval.field.${name}`
    const kind = { isId: name.endsWith('_id'), isKey: name === 'server_key', isMerchant: name === 'merchant_id' }
    return { name: te(key) ? t(key) : name, value: told(name, value), ...kind, to: placeOf(name, value) }
  }

  function told(name: string, value: unknown): string {
    if (typeof value === 'number' && name.endsWith('_fen')) return yuan(value)
    if (name === 'purse_class') return words.of('classNumber', String(value))
    if (name === 'role') return words.of('keyRole', String(value))
    if (name === 'public_key' && value === null) return t('keys.dead')
    if (name === 'valid_from') return chinaTime(String(value))
    if (name === 'roles' && Array.isArray(value)) return value.map((role) => words.of('role', String(role))).join(t('frame.comma'))
    return value === null ? '—' : String(value)
  }

  return {
    title: (proposal: Proposal) => words.of('proposal', proposal.kind),
    effect: (proposal: Proposal) => t(`approval.effect.${proposal.kind}`),
    facts: (proposal: Proposal) =>
      Object.entries(proposal).filter(([name]) => !SHOWN_APART.has(name)).map(([name, value]) => fact(name, value)),
    /** One line for a list. */
    summary(proposal: Proposal): string {
      const told_ = Object.entries(proposal).filter(([name]) => /_fen$|^name$|^label$|^purse_class$|^purse_id$|^valid_from$|^reason$/.test(name))
      return told_.map(([name, value]) => told(name, value)).filter((text) => text !== '').join(' · ')
    },
  }
}

function placeOf(name: string, value: unknown): RouteLocationRaw | undefined {
  const id = String(value)
  if (name === 'wallet_id') return walletAt(id)
  if (name === 'purse_id' || name === 'payer_id') return purseAt(id)
  if (name === 'merchant_id') return merchantAt(id)
  return name === 'voucher' ? voucherAt(id) : undefined
}
