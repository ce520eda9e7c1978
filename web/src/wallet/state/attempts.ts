// Money that was asked to move is kept here until its end is known, so that the same is asked again
// with the same id: after a silence, and after a reload.
import { reactive } from 'vue'
import { newId } from '@shared/ids'
import type { Fen } from '@shared/money'
import { Problem } from '@shared/problem'
import type { MoneyAnswer } from '../types'
import { http, ownKey } from './phone'
import { PinNotGiven, withPin } from './pin'

/** What is asked, without its id. */
export interface Wanted {
  path: string
  body: Record<string, unknown>
  amount: Fen
  /** A key of `wallet.did`, for the list of what is open. */
  what: string
  /** Where its end is told later, before its id; others tell it at once. */
  look?: string
}

export interface Attempt extends Wanted {
  id: string
}

const KEY = ownKey('attempts')
const UNKNOWN = 'unknown, ask again'
const MOST_LOOKS = 8
const LOOK_EVERY_MS = 700
export const attempts = reactive<{ open: Attempt[] }>({ open: kept() })

function kept(): Attempt[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Attempt[]
  } catch {
    return []
  }
}

function keep(open: Attempt[]): void {
  attempts.open = open
  sessionStorage.setItem(KEY, JSON.stringify(open))
}

/** The attempt at this very thing: an open one with its id, or a new one. */
export function attemptAt(wanted: Wanted): Attempt {
  const same = JSON.stringify([wanted.path, wanted.body])
  const found = attempts.open.find((open) => JSON.stringify([open.path, open.body]) === same)
  return found ?? { ...wanted, id: newId() }
}

/** Ask for it, kept before it is sent; a final answer or refusal ends it. */
export async function ask(attempt: Attempt): Promise<MoneyAnswer> {
  const others = attempts.open.filter((open) => open.id !== attempt.id)
  keep([...others, attempt])
  try {
    const told = await withPin(() =>
      http.post<MoneyAnswer>(attempt.path, { id: attempt.id, ...attempt.body }),
    )
    const answer = await look(attempt, told)
    if (answer.finality !== UNKNOWN) forget(attempt)
    return answer
  } catch (error) {
    if (isOver(error)) forget(attempt)
    throw error
  }
}

/** Ask a few times what became of it, where that takes others a moment. */
async function look(attempt: Attempt, told: MoneyAnswer): Promise<MoneyAnswer> {
  let answer = told
  for (
    let times = 0;
    attempt.look && answer.finality === UNKNOWN && times < MOST_LOOKS;
    times += 1
  ) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    answer = await http.get<MoneyAnswer>(`${attempt.look}${attempt.id}`)
  }
  return answer
}

export function forget(attempt: Attempt): void {
  keep(attempts.open.filter((open) => open.id !== attempt.id))
}

/** Whether a failure leaves nothing open. */
function isOver(error: unknown): boolean {
  return error instanceof PinNotGiven || (error instanceof Problem && !isOpen(error))
}

/** Whether a problem leaves it open what was done. */
export function isOpen(problem: Problem): boolean {
  return problem.name_ === 'program-stopped' || problem.document.finality === UNKNOWN
}
