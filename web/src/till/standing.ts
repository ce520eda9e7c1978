// How the till stands, for the bar that is always there: what waits, and whether the bank was heard.
import { reactive, shallowRef } from 'vue'
import { Problem } from '@shared/problem'
import { cashier } from './cashier'
import { program, type Place, type Queue } from './program'

const EVERY_MS = 3000

export const place = shallowRef<Place>()
export const standing = reactive<{ queue: Queue | undefined; isStopped: boolean }>({
  queue: undefined,
  isStopped: false,
})

export async function readPlace(): Promise<void> {
  try {
    place.value = await program.place()
    standing.isStopped = false
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    standing.isStopped = true
  }
}

export async function readStanding(): Promise<void> {
  if (!cashier.signedIn) return
  try {
    standing.queue = await program.queue()
    standing.isStopped = false
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    standing.isStopped = error.name_ === 'program-stopped'
  }
}

/** Look again and again, for as long as the screen is there. */
export function followStanding(): void {
  const round = async () => {
    if (!document.hidden) await (place.value ? readStanding() : readPlace())
    setTimeout(round, EVERY_MS)
  }
  void round()
}
