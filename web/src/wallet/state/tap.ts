// A tap into this phone's SIM, from the amount to its end. Its id is kept, so that a reload, a torn
// tap and a wrong PIN all go on with the same payment.
import { newId } from '@shared/ids'
import type { Fen } from '@shared/money'
import { Problem } from '@shared/problem'
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { MoneyAnswer } from '../types'
import { http } from './phone'

export type Stage = 'amount' | 'waiting' | 'pin' | 'refused-here' | 'over'
const PAUSE_MS = 600
const FINAL = ['paid', 'paid-partly-held']
export const WANTS_PIN = ['pin-needed', 'wrong-pin', 'no-pin-total-used']
/** Nobody was in the field, or left it before anything was asked. */
const NOBODY = ['no-card', 'card-torn', 'link-timeout', 'field-busy', 'card-mute']

export function useTap() {
  const stage = ref<Stage>('amount')
  const amount = ref<Fen>(0)
  const isTorn = ref(false)
  const isBusy = ref(false)
  const answer = shallowRef<MoneyAnswer>()
  const problem = shallowRef<Problem>()
  let id = ''
  let pin: string | undefined
  let round = 0

  function begin(asked: Fen): void {
    id = newId()
    amount.value = asked
    isTorn.value = false
    void wait()
  }

  function goOn(known: string, asked: Fen): void {
    id = known
    amount.value = asked
    isTorn.value = true
    void wait()
  }

  /** Ask for the same tap until a card has answered, or the person stops. */
  async function wait(): Promise<void> {
    const mine = (round += 1)
    stage.value = 'waiting'
    while (mine === round && !(await isEnded(mine))) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  async function isEnded(mine: number): Promise<boolean> {
    const body = { id, amount_fen: amount.value, ...(pin ? { pin } : {}) }
    try {
      const told = await http.post<MoneyAnswer>('/taps', body)
      problem.value = undefined
      return mine !== round || take(told)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      // A program that is away comes back; what it refuses it will refuse again.
      return error.name_ !== 'program-stopped'
    }
  }

  function take(told: MoneyAnswer): boolean {
    if (told.tap?.startsWith('torn')) isTorn.value = true
    if (isTorn.value && told.finality === 'unknown, ask again' && told.tap !== 'refused-by-payee')
      return false
    if (told.tap === 'not-tapped' && NOBODY.includes(told.because ?? '')) return false
    answer.value = told
    pin = undefined
    if (told.tap === 'refused-by-payer' && WANTS_PIN.includes(told.because ?? ''))
      stage.value = 'pin'
    else if (told.tap === 'refused-by-payee') stage.value = 'refused-here'
    else stage.value = 'over'
    if (FINAL.includes(told.tap ?? '')) isTorn.value = false
    return true
  }

  function withPin(typed: string): Promise<void> {
    pin = typed
    return wait()
  }

  async function giveBack(): Promise<void> {
    isBusy.value = true
    try {
      answer.value = await http.post<MoneyAnswer>(`/taps/${id}/return`, {})
      stage.value = 'over'
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
    } finally {
      isBusy.value = false
    }
  }

  function stop(): void {
    round += 1
    stage.value = 'amount'
    answer.value = problem.value = pin = undefined
  }
  onScopeDispose(() => {
    round += 1
  })
  return {
    stage,
    amount,
    isTorn,
    isBusy,
    answer,
    problem,
    begin,
    goOn,
    wait,
    withPin,
    giveBack,
    stop,
  }
}
