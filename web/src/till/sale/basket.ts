// What a customer buys, until it is charged: it outlives a look at another page.
import { computed, reactive } from 'vue'
import type { Good } from '../goods'
import type { Item } from '../program'

export interface Line {
  good: Good
  quantity: number
}

export const basket = reactive<Line[]>([])

export const basketTotal = computed(() =>
  basket.reduce((sum, line) => sum + line.good.price_fen * line.quantity, 0),
)

export const basketCount = computed(() => basket.reduce((sum, line) => sum + line.quantity, 0))

/** Take one more of something, or with -1 one less. */
export function change(good: Good, by: number): void {
  const at = basket.findIndex((line) => line.good.id === good.id)
  const line = basket[at]
  if (!line) basket.push({ good: { ...good }, quantity: by })
  else if (line.quantity + by > 0) line.quantity += by
  else basket.splice(at, 1)
}

export function quantityOf(good: Good): number {
  return basket.find((line) => line.good.id === good.id)?.quantity ?? 0
}

export function emptyBasket(): void {
  basket.splice(0)
}

export function itemsOf(lines: Line[]): Item[] {
  return lines.map(({ good, quantity }) => ({
    name: good.name,
    quantity,
    amount_fen: good.price_fen * quantity,
  }))
}
