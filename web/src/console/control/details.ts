// An entry's own facts in one line; its subject stands beside it already.
import { yuan } from '@shared/money'
import type { TrailEntry } from '../api/control'
import type { Words } from '../words'

const MOST = 160
/** What stands in columns of its own, or behind a link. */
const SHOWN_APART = new Set(['approval_id', 'proposed_by', 'approved_by'])

export function approvalOf(entry: TrailEntry): string | undefined {
  const id = entry.details['approval_id']
  return typeof id === 'string' ? id : undefined
}

export function detailsOf(entry: TrailEntry, words: Words): string {
  const told = Object.entries(entry.details)
    .filter(([key, value]) => key !== entry.subject_kind && !SHOWN_APART.has(key) && value !== null && value !== '')
    .map(([key, value]) => `${words.of('detail', key)}: ${shown(key, value, words)}`)
    .join(' · ')
  return told.length > MOST ? `${told.slice(0, MOST)}…` : told
}

function shown(key: string, value: unknown, words: Words): string {
  if (key === 'outcome') return words.of('approvalState', String(value))
  if (typeof value === 'number' && key.endsWith('_fen')) return yuan(value)
  // Ids of all that was found would say less than how many there were.
  if (Array.isArray(value) && key === 'found') return String(value.length)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
