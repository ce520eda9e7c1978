// Names of those who proposed and decided something, from the trail, for who may read it.
import { Problem } from '@shared/problem'
import { shallowRef, type ShallowRef } from 'vue'
import type { TrailEntry } from '../api/control'
import { bank } from '../bank'
import type { Page } from '../pages'
import { has } from '../staff'

export interface People {
  names: ShallowRef<Map<string, string>>
  /** Look again who took part in it. */
  look: () => Promise<void>
}

export function usePeople(subject: string): People {
  const names = shallowRef(new Map<string, string>())

  async function look(): Promise<void> {
    if (!has('risk', 'administrator')) return
    try {
      const page = await bank.get<Page<TrailEntry>>('/v1/console/audit', { query: { subject, limit: 20 } })
      names.value = namesIn(page.items)
    } catch (error) {
      // Without the names the page says that it was a colleague.
      if (!(error instanceof Problem)) throw error
    }
  }
  return { names, look }
}

export function namesIn(entries: readonly TrailEntry[]): Map<string, string> {
  const pairs = entries.flatMap((entry) => [
    [entry.staff_id, entry.staff_name],
    [entry.proposed_by, entry.proposed_by_name],
    [entry.approved_by, entry.approved_by_name],
  ])
  return new Map(pairs.filter((pair): pair is [string, string] => Boolean(pair[0] && pair[1])))
}
