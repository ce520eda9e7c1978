// An entry's own facts in one line; its subject stands beside it already.
import { yuan } from '@shared/money'
import type { TrailEntry } from '../api/control'

const MOST = 160

export function detailsOf(entry: TrailEntry, name: (key: string) => string): string {
  const told = Object.entries(entry.details)
    .filter(([key, value]) => key !== entry.subject_kind && value !== null && value !== '')
    .map(([key, value]) => `${name(key)}: ${shown(key, value)}`)
    .join(' · ')
  return told.length > MOST ? `${told.slice(0, MOST)}…` : told
}

function shown(key: string, value: unknown): string {
  if (typeof value === 'number' && key.endsWith('_fen')) return yuan(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
