// What a visitor does to the stage: one thing at a time for each switch, and its refusal in words.
import { Problem } from '@shared/problem'
import { reactive, shallowRef, type ShallowRef } from 'vue'

export interface Acting {
  /** Names of what is under way. */
  busy: ReadonlySet<string>
  problem: ShallowRef<Problem | undefined>
  act: (name: string, acting: () => Promise<unknown>) => Promise<boolean>
}

/** @param afterwards looks at the stage anew. */
export function useActing(afterwards: () => Promise<unknown>): Acting {
  const busy = reactive(new Set<string>())
  const problem = shallowRef<Problem>()
  async function act(name: string, acting: () => Promise<unknown>): Promise<boolean> {
    if (busy.has(name)) return false
    busy.add(name)
    try {
      await acting()
      problem.value = undefined
      await afterwards()
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      return false
    } finally {
      busy.delete(name)
    }
  }
  return { busy, problem, act }
}
