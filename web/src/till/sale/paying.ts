// A sale on the page where it is paid: what is asked of the program while the customer pays, and
// what it came to. The rule that keeps it from being paid twice is the program's: one road at a
// time. Here only what may be asked now is asked.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { Problem } from '@shared/problem'
import { program, type Sale } from '../program'
import { place, readStanding } from '../standing'
import { sayOnce } from '../voice'
import { forgetDraft, keptDraft } from './draft'

/** What the customer is shown: every way to pay, the shop's code, or its purse's request. */
export type Showing = 'ways' | 'code' | 'request'

const TAP_EVERY_MS = 500
const LOOK_EVERY_MS = 2000
const PIN_CAUSES = new Set(['pin-needed', 'no-pin-total-used', 'wrong-pin'])
const OVER = new Set(['paid', 'cancelled', 'given-up'])

export function usePaying(id: string) {
  const sale = shallowRef<Sale>()
  /** What the last step said, if it did not go well; the sale's own words are in the sale. */
  const note = shallowRef<Sale>()
  const problem = shallowRef<Problem>()
  const showing = ref<Showing>('ways')
  const shown = ref('')
  const isBusy = ref(false)
  const isPaused = ref(false)
  const isVoiding = ref(false)
  /** Whether the wallet behind the card is asked, which needs the bank. */
  const fromWallet = ref(false)
  const needsPin = ref(false)
  const bankIsSilent = ref(false)
  const otherSale = shallowRef<Sale>()
  let pin: string | undefined

  const isOver = computed(() => !!sale.value && OVER.has(sale.value.state))
  const isDoubtful = computed(() => sale.value?.state === 'unknown')
  const isOnline = computed(() => sale.value?.road === 'online')
  const wasHosted = computed(() => sale.value?.tried === 'hosted-tap')
  /** Whether only the card that was tapped can say how it ended. */
  const needsSameCard = computed(() => isDoubtful.value && (!isOnline.value || wasHosted.value))
  const mayTap = computed(
    () =>
      !!place.value?.has_reader && !!sale.value && (!isOver.value || isVoiding.value) && !isPaused.value &&
      !needsPin.value && showing.value !== 'code' && (!isDoubtful.value || needsSameCard.value),
  )

  function take(after: Sale): void {
    if (after.sale_id !== id) {
      otherSale.value = after
      return
    }
    // An answer that was under way while another said that it is paid must not unsay it.
    if (isOver.value && !OVER.has(after.state)) return
    if (after.cause === 'bank-unreachable') {
      bankIsSilent.value = true
      fromWallet.value = false
    }
    if (after.cause && after.cause !== 'no-card') note.value = after
    if (after.state !== sale.value?.state && !after.cause) note.value = undefined
    sale.value = after
    if (after.state === 'paid') finishPaid(after)
    if (OVER.has(after.state)) forgetDraft(id)
  }

  function finishPaid(after: Sale): void {
    note.value = problem.value = undefined
    isVoiding.value = needsPin.value = false
    sayOnce(id, after.spoken)
    void readStanding()
  }

  /** Take a step that the cashier chose; what is refused is told, and the sale is looked at again. */
  async function step(asking: () => Promise<Sale | void>): Promise<boolean> {
    if (isBusy.value) return false
    isBusy.value = true
    problem.value = note.value = undefined
    try {
      const after = await asking()
      if (after) take(after)
      return true
    } catch (error) {
      await tell(error)
      return false
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

  async function begin(): Promise<void> {
    const draft = keptDraft()
    const isMine = draft?.id === id
    await step(() => (isMine ? program.begin(id, draft.amount_fen, draft.items) : program.sale(id)))
    if (sale.value?.state !== 'asking') return
    // The page was loaded anew while a code stood on it: the same code is shown again.
    await (isOnline.value ? showCode() : showRequest())
  }

  async function showCode(): Promise<void> {
    await step(async () => {
      shown.value = (await program.code(id)).text
      showing.value = 'code'
      await look()
    })
  }

  async function showRequest(): Promise<void> {
    await step(async () => {
      shown.value = (await program.request(id)).text
      showing.value = 'request'
      await look()
    })
  }

  async function tapOnce(): Promise<void> {
    try {
      const after = await tapping()
      take(after)
      if (after.cause !== 'no-card') afterCard(after)
      else if (problem.value?.status === 503) problem.value = undefined
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // A reader that is busy or away is asked again; what the program refuses waits for somebody.
      if (error.status !== 503) isPaused.value = true
      await tell(error)
    }
  }

  function tapping(): Promise<Sale> {
    if (isVoiding.value) return program.voidTap(id)
    const isHosted = isDoubtful.value ? wasHosted.value : fromWallet.value
    return isHosted ? program.tapWallet(id, pin) : program.tap(id, pin)
  }

  /** A card was there: it paid, was torn away, wants its PIN, or refused. */
  function afterCard(after: Sale): void {
    pin = undefined
    if (PIN_CAUSES.has(after.cause)) needsPin.value = true
    else if (after.state === 'open' && after.cause) isPaused.value = true
    if (isVoiding.value && after.state === 'cancelled') isVoiding.value = false
  }

  function givePin(digits: string): void {
    pin = digits
    needsPin.value = false
    note.value = undefined
  }

  function tapAgain(): void {
    isPaused.value = needsPin.value = false
    problem.value = note.value = undefined
  }

  async function lookOnce(): Promise<void> {
    const now = sale.value
    if (!now) return
    const isPending = now.state === 'asking' || now.state === 'unknown'
    const settles = now.finality === 'final-settles-at-sync'
    try {
      if (isPending && isOnline.value) take(await program.ask(id))
      else if (isPending || settles) await look()
    } catch (error) {
      // It is asked again in a moment; what the cashier asked for has its own answer.
      if (!(error instanceof Problem)) throw error
    }
  }

  const stops = [
    again(TAP_EVERY_MS, async () => { if (mayTap.value && !isBusy.value) await tapOnce() }),
    again(LOOK_EVERY_MS, async () => { if (!isBusy.value) await lookOnce() }),
  ]
  onScopeDispose(() => stops.forEach((stop) => stop()))

  return {
    sale, note, problem, showing, shown, isBusy, isPaused, isVoiding, needsPin, bankIsSilent, otherSale,
    isOver, isDoubtful, isOnline, needsSameCard, fromWallet, mayTap,
    begin, showCode, showRequest, givePin, tapAgain,
    showWays: () => { showing.value = 'ways' },
    scan: (text: string) => step(() => program.scan(id, text)),
    ask: () => step(() => (isOnline.value ? program.ask(id) : program.sale(id))),
    cancel: () => step(() => program.cancel(id)),
    giveUp: () => step(() => program.giveUp(id)),
    payFrom: (wallet: boolean) => { fromWallet.value = wallet; tapAgain() },
    voidTap: () => { isVoiding.value = true; tapAgain() },
  }
}

export type Paying = ReturnType<typeof usePaying>

/** Do something again and again while the page is looked at, never twice at once. */
function again(everyMs: number, doing: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  async function round(): Promise<void> {
    if (!document.hidden) await doing()
    if (!isOver) timer = setTimeout(round, everyMs)
  }
  void round()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
