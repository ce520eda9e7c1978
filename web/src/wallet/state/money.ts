// One thing that moves money, on one page: asked, its end shown, and the same asked again.
import { shallowRef } from 'vue'
import { Problem } from '@shared/problem'
import type { MoneyAnswer } from '../types'
import { ask, attemptAt, isOpen, type Attempt, type Wanted } from './attempts'
import { useDoing } from './doing'

export function useMoney() {
  const { isBusy, problem, run } = useDoing()
  const answer = shallowRef<MoneyAnswer>()
  let current: Attempt | undefined

  async function go(wanted: Wanted): Promise<MoneyAnswer | undefined> {
    current = attemptAt(wanted)
    return again()
  }

  async function again(): Promise<MoneyAnswer | undefined> {
    const attempt = current
    if (!attempt) return undefined
    const told = await run(() => endOf(attempt))
    if (told) answer.value = told
    return told
  }

  function reset(): void {
    answer.value = current = problem.value = undefined
  }
  return { isBusy, problem, answer, go, again, reset }
}

/** What became of it; a silence is an end too, and not the same as a refusal. */
async function endOf(attempt: Attempt): Promise<MoneyAnswer> {
  try {
    return await ask(attempt)
  } catch (error) {
    if (error instanceof Problem && isOpen(error)) return silence(attempt, error)
    throw error
  }
}

export function silence(attempt: Attempt, problem: Problem): MoneyAnswer {
  const { detail, detail_zh, next_step, next_step_zh } = problem.document
  return {
    id: attempt.id,
    finality: 'unknown, ask again',
    happened: { en: detail, zh: detail_zh ?? detail },
    next_step: { en: next_step ?? '', zh: next_step_zh ?? next_step ?? '' },
  }
}
