// The payment PIN is asked for when the bank says that it needs it; then what was asked goes on.
import { reactive } from 'vue'
import { Problem } from '@shared/problem'

export type PinWanted = 'enter' | 'choose'

interface Sheet {
  wanted: PinWanted | undefined
  done: (isGiven: boolean) => void
}

export const pinSheet = reactive<Sheet>({ wanted: undefined, done: () => undefined })

/** The person closed the sheet: nothing was asked. */
export class PinNotGiven extends Error {}

const WANTED: Record<string, PinWanted> = { 'pin-needed': 'enter', 'pin-not-set': 'choose' }
/** A PIN is chosen first and entered then; more often it is not asked for one thing. */
const MOST_SHEETS = 3

/** Ask; where the bank needs the PIN, have it given and ask the same again, with the same id. */
export async function withPin<T>(asking: () => Promise<T>): Promise<T> {
  for (let sheets = 0; ; sheets += 1) {
    try {
      return await asking()
    } catch (error) {
      const wanted = error instanceof Problem ? WANTED[error.name_] : undefined
      if (!wanted || sheets === MOST_SHEETS) throw error
      if (!(await given(wanted))) throw new PinNotGiven()
    }
  }
}

/** Have a PIN chosen, or entered; false where the person closed the sheet. */
export function given(wanted: PinWanted): Promise<boolean> {
  return new Promise((resolve) => {
    pinSheet.wanted = wanted
    pinSheet.done = (isGiven) => {
      pinSheet.wanted = undefined
      resolve(isGiven)
    }
  })
}
