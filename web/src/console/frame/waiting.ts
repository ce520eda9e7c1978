// How much waits for a second person, for the navigation that is always there.
import { Problem } from '@shared/problem'
import { reactive } from 'vue'
import type { Approval } from '../api/control'
import { bank } from '../bank'
import type { Page } from '../pages'
import { staff } from '../staff'

export const waiting = reactive({ approvals: 0 })

/** Those of the newest page that somebody else proposed. */
export async function lookWhatWaits(): Promise<void> {
  if (!staff.me) return
  try {
    const page = await bank.get<Page<Approval>>('/v1/approvals', { query: { limit: 100 } })
    waiting.approvals = page.items.filter((each) => each.state === 'proposed' && each.proposed_by !== staff.me?.staff_id).length
  } catch (error) {
    // The page itself says so when the bank does not answer; this is only a number beside it.
    if (!(error instanceof Problem)) throw error
  }
}
