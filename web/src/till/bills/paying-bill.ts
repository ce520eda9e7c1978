// A bill on the page where it is paid: the card is asked with its PIN, once at most for one bill.
import { computed, ref, shallowRef } from 'vue'
import { newId } from '@shared/ids'
import type { Fen } from '@shared/money'
import { Problem } from '@shared/problem'
import { useAgain } from '../again'
import { program, type Bill } from '../program'
import { readStanding } from '../standing'
import { sayOnce } from '../voice'

const KEY = 'zerobar.till.bill'
const EVERY_MS = 600
const PIN_CAUSES = new Set(['pin-needed', 'wrong-pin', 'malformed-pin', 'no-pin-total-used'])

/** Whether the card has said no; in doubt it is asked on and on, but for a PIN that it wants. */
function isRefusal({ finality, cause }: Bill): boolean {
  return PIN_CAUSES.has(cause) || (finality === 'none' && !!cause && cause !== 'no-card')
}

export function useBill() {
  const bill = shallowRef<Bill>()
  const problem = shallowRef<Problem>()
  const isBusy = ref(false)
  const pin = ref('')
  /** Whether the reader is looked at; never with a PIN that a card has refused. */
  const isTapping = ref(false)
  let id = sessionStorage.getItem(KEY) ?? ''

  const isPaid = computed(() => bill.value?.finality.startsWith('final') ?? false)
  const isUnknown = computed(() => bill.value?.finality === 'unknown')

  async function step(asking: () => Promise<Bill>): Promise<void> {
    isBusy.value = true
    try {
      take(await asking())
      problem.value = undefined
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      problem.value = error
      if (error.status !== 503) isTapping.value = false
    } finally {
      isBusy.value = false
    }
  }

  function take(after: Bill): void {
    bill.value = after
    if (after.finality.startsWith('final')) finish(after)
    else if (isRefusal(after)) refuse(after)
  }

  function finish(after: Bill): void {
    isTapping.value = false
    sessionStorage.removeItem(KEY)
    sayOnce(after.bill_id, after.spoken)
    void readStanding()
  }

  function refuse(after: Bill): void {
    isTapping.value = false
    if (PIN_CAUSES.has(after.cause)) pin.value = ''
  }

  async function begin(biller_id: string, line: string, amount: Fen): Promise<void> {
    // Kept before it is asked for: after no answer, or a reload, it is the same bill.
    id = newId()
    sessionStorage.setItem(KEY, id)
    await step(() => program.bill(id, biller_id, line, amount))
  }

  async function goOn(): Promise<void> {
    if (!id) return
    await step(() => program.billNow(id))
    // It never reached the program: nothing is to go on with.
    if (problem.value?.status === 404) forget()
    if (isUnknown.value) isTapping.value = true
  }

  /** Show a bill that was begun before, and go on with it. */
  async function open(before: string): Promise<void> {
    id = before
    sessionStorage.setItem(KEY, id)
    await goOn()
  }

  function forget(): void {
    sessionStorage.removeItem(KEY)
    id = pin.value = ''
    bill.value = problem.value = undefined
    isTapping.value = false
  }

  useAgain(EVERY_MS, async () => {
    if (isBusy.value || !bill.value) return
    if (isTapping.value) await step(() => program.tapBill(id, pin.value))
    else if (bill.value.finality === 'final-settles-at-sync') await step(() => program.billNow(id))
  })

  return {
    bill, problem, isBusy, pin, isTapping, isPaid, isUnknown, begin, goOn, open, forget,
    tap: () => { isTapping.value = true },
  }
}
