// What colleagues are called: asked for once each, and remembered while this window is open.
import { Problem } from '@shared/problem'
import { shallowReactive } from 'vue'
import { bank } from './bank'

const names = shallowReactive(new Map<string, string>())
const asking = new Set<string>()

/** Their name; undefined while it is asked for, and of somebody whom the bank does not know. */
export function nameOf(staffId: string): string | undefined {
  if (!names.has(staffId) && !asking.has(staffId)) void ask(staffId)
  return names.get(staffId)
}

async function ask(staffId: string): Promise<void> {
  asking.add(staffId)
  try {
    names.set(staffId, (await bank.get<{ name: string }>(`/v1/staff/${staffId}/name`)).name)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // Nobody of that id is final; whatever else it was is tried again when it is shown again.
    if (error.status === 404) return
    asking.delete(staffId)
  }
}
