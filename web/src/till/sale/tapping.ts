// The reader, looked at while the customer may tap: without a card nothing of the sale moves.
import { computed, ref, watch, type Ref } from 'vue'
import { Problem } from '@shared/problem'
import { useAgain } from '../again'
import { program, type PaysAtBank, type Sale } from '../program'
import { place } from '../standing'
import type { Charged } from './charged'

/** What pays: the card's value into the till's purse; or at the bank, by card or wallet behind it. */
export type Source = 'purse' | 'purse-at-bank' | 'wallet'

const AT_BANK: Record<Source, PaysAtBank | undefined> = {
  purse: undefined,
  'purse-at-bank': 'purse',
  wallet: 'shared-balance',
}
const EVERY_MS = 500
const READING_AFTER_MS = 300
const PIN_CAUSES = new Set(['pin-needed', 'no-pin-total-used', 'wrong-pin'])

/** @param hidesReader - whether the customer is shown something that a tap would have to close. */
export function useTapping(id: string, charged: Charged, hidesReader: Ref<boolean>) {
  const { sale, note, problem, isOver, isDoubtful, needsSameCard, triedAtBank } = charged
  /** A card was there and did not pay: it is not asked again by itself. */
  const isPaused = ref(false)
  const isVoiding = ref(false)
  const needsPin = ref(false)
  /** A card is there, and it takes a moment. */
  const isReading = ref(false)
  const source = ref<Source>('purse')
  let pin: string | undefined

  const isWanted = computed(() => !!sale.value && (!isOver.value || isVoiding.value))
  const isFree = computed(() => !isPaused.value && !needsPin.value && !hidesReader.value)
  const mayTap = computed(
    () => !!place.value?.has_reader && isWanted.value && isFree.value && (!isDoubtful.value || needsSameCard.value),
  )

  watch(isOver, () => { isVoiding.value = needsPin.value = false })
  watch(charged.bankIsSilent, () => { source.value = 'purse' })
  useAgain(EVERY_MS, async () => {
    if (mayTap.value && !charged.isBusy.value) await tapOnce()
  })

  async function tapOnce(): Promise<void> {
    const slow = setTimeout(() => { isReading.value = true }, READING_AFTER_MS)
    try {
      noted(await tapping())
    } catch (error) {
      await failed(error)
    } finally {
      clearTimeout(slow)
      isReading.value = false
    }
  }

  function tapping(): Promise<Sale> {
    if (isVoiding.value) return program.voidTap(id)
    // After a torn tap the card is asked for the same again, whatever was chosen since.
    const atBank = isDoubtful.value ? triedAtBank.value : AT_BANK[source.value]
    return atBank ? program.tapAtBank(id, atBank, pin) : program.tap(id, pin)
  }

  function noted(after: Sale): void {
    charged.take(after)
    if (after.cause !== 'no-card') afterCard(after)
    else if (problem.value?.status === 503) problem.value = undefined
  }

  /** A card was there: it paid, was torn away, wants its PIN, or refused. */
  function afterCard(after: Sale): void {
    pin = undefined
    if (PIN_CAUSES.has(after.cause)) needsPin.value = true
    // What the till's own purse refused is not tried again by itself: it can be given back.
    else if (after.can_void || (after.state === 'open' && after.cause)) isPaused.value = !isVoiding.value
  }

  async function failed(error: unknown): Promise<void> {
    // A reader that is busy or away is asked again; what the program refuses waits for somebody.
    if (error instanceof Problem && error.status !== 503) isPaused.value = true
    await charged.tell(error)
  }

  function tapAgain(): void {
    isPaused.value = needsPin.value = false
    problem.value = note.value = undefined
  }

  function givePin(digits: string): void {
    pin = digits
    tapAgain()
  }

  function payFrom(chosen: Source): void {
    source.value = chosen
    tapAgain()
  }

  function voidTap(): void {
    isVoiding.value = true
    tapAgain()
  }

  return { isPaused, isVoiding, needsPin, isReading, source, mayTap, tapAgain, givePin, payFrom, voidTap }
}
