// The SIM pays a request that was scanned. The same request again pays once, so nothing is kept
// here for a reload: the card's PIN least of all.
import { ref, shallowRef } from 'vue'
import { newId } from '@shared/ids'
import type { MoneyAnswer } from '../types'
import { useDoing } from './doing'
import { http } from './phone'
import { WANTS_PIN } from './tap'

export function usePayingBySim() {
  const { isBusy, problem, run } = useDoing()
  const answer = shallowRef<MoneyAnswer>()
  const wantsPin = ref(false)

  async function pay(text: string, pin = ''): Promise<void> {
    const body = { id: newId(), text, ...(pin ? { pin } : {}) }
    const told = await run(() => http.post<MoneyAnswer>('/purse/payments', body))
    if (told) answer.value = told
    wantsPin.value = WANTS_PIN.includes(problem.value?.name_ ?? '')
  }

  return { isBusy, problem, answer, wantsPin, pay }
}
