// A sale that is being paid, as the program last told it, and what it said when a step failed.
import { computed, ref, shallowRef } from 'vue'
import { Problem } from '@shared/problem'
import { program, type PaysAtBank, type Sale } from '../program'
import { readStanding } from '../standing'
import { sayOnce } from '../voice'
import { forgetDraft } from './draft'

const AT_BANK: Record<string, PaysAtBank> = { 'hosted-tap': 'shared-balance', 'hosted-purse': 'purse' }
const OVER = new Set(['paid', 'cancelled', 'given-up'])

export function useCharged(id: string) {
  const sale = shallowRef<Sale>()
  /** What the last step said, if it did not go well; the sale's own words are in the sale. */
  const note = shallowRef<Sale>()
  const problem = shallowRef<Problem>()
  /** Another sale, which the voucher that was scanned here has paid. */
  const otherSale = shallowRef<Sale>()
  const isBusy = ref(false)
  const bankIsSilent = ref(false)

  const isOver = computed(() => !!sale.value && OVER.has(sale.value.state))
  const isDoubtful = computed(() => sale.value?.state === 'unknown')
  const isOnline = computed(() => sale.value?.road === 'online')
  /** What the bank was asked to take from the card, where that may have paid. */
  const triedAtBank = computed(() => AT_BANK[sale.value?.tried ?? ''])
  /** Whether only the card that was tapped can say how it ended. */
  const needsSameCard = computed(() => isDoubtful.value && (!isOnline.value || !!triedAtBank.value))

  function take(after: Sale): void {
    if (after.sale_id !== id) {
      otherSale.value = after
      return
    }
    // An answer that was under way while another said that it is paid must not unsay it.
    if (isOver.value && !OVER.has(after.state)) return
    keepNote(after)
    sale.value = after
    if (after.state === 'paid') finishPaid(after)
    if (OVER.has(after.state)) forgetDraft(id)
  }

  function keepNote(after: Sale): void {
    if (after.cause === 'bank-unreachable') bankIsSilent.value = true
    if (after.cause && after.cause !== 'no-card') note.value = after
    else if (!after.cause && after.state !== sale.value?.state) note.value = undefined
  }

  function finishPaid(after: Sale): void {
    note.value = problem.value = undefined
    sayOnce(id, after.spoken)
    void readStanding()
  }

  /** Take a step that the cashier chose; what is refused is told, and the sale is looked at again. */
  async function step(asking: () => Promise<Sale | void>): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = note.value = undefined
    try {
      const after = await asking()
      if (after) take(after)
    } catch (error) {
      await tell(error)
    } finally {
      isBusy.value = false
    }
  }

  async function tell(error: unknown): Promise<void> {
    if (!(error instanceof Problem)) throw error
    problem.value = error
    if (error.name_ === 'bank-unreachable') bankIsSilent.value = true
    if (error.status === 409) await look().catch(() => undefined)
  }

  async function look(): Promise<void> {
    take(await program.sale(id))
  }

  return {
    sale, note, problem, otherSale, isBusy, bankIsSilent, isOver, isDoubtful, isOnline, triedAtBank, needsSameCard,
    take, step, tell, look,
  }
}

export type Charged = ReturnType<typeof useCharged>
