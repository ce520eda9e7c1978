// Something that a person does: busy meanwhile, and a problem where it fails.
import { ref, shallowRef } from 'vue'
import { Problem } from '@shared/problem'
import { PinNotGiven } from './pin'

export function useDoing() {
  const isBusy = ref(false)
  const problem = shallowRef<Problem>()

  /** Do it; undefined where it failed, or the person thought better of it. */
  async function run<T>(doing: () => Promise<T>): Promise<T | undefined> {
    if (isBusy.value) return undefined
    isBusy.value = true
    problem.value = undefined
    try {
      return await doing()
    } catch (error) {
      if (error instanceof Problem) problem.value = error
      else if (!(error instanceof PinNotGiven)) throw error
      return undefined
    } finally {
      isBusy.value = false
    }
  }
  return { isBusy, problem, run }
}
