// The bank's figures as they were, for charts: what it kept, and after that what this window heard.
import { useFollowed, type Asked } from '@shared/asking'
import { computed, ref, shallowRef, watch, type ComputedRef } from 'vue'
import type { Figures, FiguresHistory, FiguresSpan } from './api/figures'
import { bank } from './bank'
import { broken, type Moment } from './parts/gaps'

const EVERY_MS = 60_000
const MOST = 600
const KEY = 'zerobar.console.span'
export const SPANS: readonly FiguresSpan[] = ['hour', 'day', 'week', 'quarter']

/** How far back the charts of all pages go. */
export const span = ref<FiguresSpan>(SPANS.find((each) => each === sessionStorage.getItem(KEY)) ?? 'hour')
watch(span, (chosen) => sessionStorage.setItem(KEY, chosen))

/** How far the bank's clock is ahead of this machine's. */
let aheadS = 0

/** What the bank's clock says now, for what it answers without a time. */
export function bankNowS(): number {
  return Date.now() / 1000 + aheadS
}

export function useFigures(): Asked<FiguresHistory> {
  const asked = useFollowed(() => bank.get<FiguresHistory>('/v1/console/figures', { query: { span: span.value } }), EVERY_MS)
  watch(asked.answer, (kept) => kept && (aheadS = Date.parse(kept.until) / 1000 - Date.now() / 1000))
  watch(span, asked.ask)
  return asked
}

/** What is drawn: moments one after the other, with a hole where the bank kept nothing. */
export type Course<T> = ComputedRef<Moment<T>[]>

/** Go on from what the bank kept with what comes in now. */
export function useCourse<T>(kept: Asked<FiguresHistory>, read: (figures: Figures) => T, now: () => Moment<T> | undefined): Course<T> {
  const heard = shallowRef<Moment<T>[]>([])
  const past = computed(() => (kept.answer.value?.items ?? []).map((each) => ({ atS: Date.parse(each.at) / 1000, of: read(each) })))
  const newestS = computed(() => past.value.at(-1)?.atS ?? 0)
  watch(now, (moment) => {
    if (moment && moment.atS > (heard.value.at(-1)?.atS ?? 0)) heard.value = [...heard.value.slice(1 - MOST), moment]
  }, { immediate: true })
  // What the bank has kept meanwhile need not be remembered here as well.
  watch(newestS, (newest) => (heard.value = heard.value.filter((each) => each.atS > newest)))
  return computed(() => {
    const later = heard.value.filter((each) => each.atS > newestS.value)
    return broken([...past.value, ...later], kept.answer.value?.step_s ?? 60)
  })
}
