// One thing that is asked of the program: its answer, its refusal, and whether it is under way.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Problem } from './problem'

export interface Asked<T> {
  answer: ShallowRef<T | undefined>
  problem: ShallowRef<Problem | undefined>
  isBusy: Ref<boolean>
  /** Ask (again). The last answer stays visible meanwhile. */
  ask: () => Promise<T | undefined>
}

export function useAsked<T>(asking: () => Promise<T>): Asked<T> {
  const answer = shallowRef<T>()
  const problem = shallowRef<Problem>()
  const isBusy = ref(false)
  let newest = 0
  async function ask(): Promise<T | undefined> {
    const mine = (newest += 1)
    isBusy.value = true
    try {
      const got = await asking()
      // An older question's answer must not hide a newer one's.
      if (mine !== newest) return got
      answer.value = got
      problem.value = undefined
      return got
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (mine === newest) problem.value = error
      return undefined
    } finally {
      if (mine === newest) isBusy.value = false
    }
  }
  return { answer, problem, isBusy, ask }
}

/** Ask at once, and then again and again while the page is looked at. */
export function useFollowed<T>(asking: () => Promise<T>, everyMs: number): Asked<T> {
  const asked = useAsked(asking)
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  async function round(): Promise<void> {
    if (!document.hidden) await asked.ask().catch(() => undefined)
    if (!isOver) timer = setTimeout(round, everyMs)
  }
  void round()
  onScopeDispose(() => {
    isOver = true
    clearTimeout(timer)
  })
  return asked
}
