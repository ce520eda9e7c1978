// A sale on the page where it is paid. The rule that keeps it from being paid twice is the
// program's: one road at a time. Here only what may be asked now is asked.
import { computed, ref } from 'vue'
import { Problem } from '@shared/problem'
import { useAgain } from '../again'
import { program } from '../program'
import { useCharged } from './charged'
import { keptDraft } from './draft'
import { useTapping } from './tapping'

/** What the customer is shown: every way to pay, the shop's code, or its purse's request. */
export type Showing = 'ways' | 'code' | 'request'

const LOOK_EVERY_MS = 2000

export function usePaying(id: string) {
  const charged = useCharged(id)
  const { sale, isOnline, step, take, look } = charged
  const showing = ref<Showing>('ways')
  const shown = ref('')
  const tapping = useTapping(id, charged, computed(() => showing.value === 'code'))

  async function begin(): Promise<void> {
    const draft = keptDraft()
    const isMine = draft?.id === id
    await step(() => (isMine ? program.begin(id, draft.amount_fen, draft.items) : program.sale(id)))
    if (sale.value?.state !== 'asking') return
    // The page was loaded anew while a code stood on it: the same code is shown again.
    await (isOnline.value ? showCode() : showRequest())
  }

  function showCode(): Promise<void> {
    return show('code', program.code)
  }

  function showRequest(): Promise<void> {
    return show('request', program.request)
  }

  function show(what: Showing, asking: (id: string) => Promise<{ text: string }>): Promise<void> {
    return step(async () => {
      shown.value = (await asking(id)).text
      showing.value = what
      await look()
    })
  }

  /** Look what became of it, while something may: it is asked again in a moment. */
  async function lookOnce(): Promise<void> {
    const now = sale.value
    if (!now || charged.isBusy.value) return
    const isPending = now.state === 'asking' || now.state === 'unknown'
    try {
      if (isPending && isOnline.value) take(await program.ask(id))
      else if (isPending || now.finality === 'final-settles-at-sync') await look()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }

  useAgain(LOOK_EVERY_MS, lookOnce)

  return {
    ...charged,
    ...tapping,
    showing, shown, begin, showCode, showRequest,
    showWays: () => { showing.value = 'ways' },
    scan: (text: string) => step(() => program.scan(id, text)),
    ask: () => step(() => (isOnline.value ? program.ask(id) : program.sale(id))),
    cancel: () => step(() => program.cancel(id)),
    giveUp: () => step(() => program.giveUp(id)),
  }
}

export type Paying = ReturnType<typeof usePaying>
