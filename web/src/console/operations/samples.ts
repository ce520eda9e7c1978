// What the bank said of its supply while this window was open: the bank keeps no history of it.
import { shallowRef } from 'vue'
import type { Supply } from '../api/operations'

const MOST = 600

export const samples = shallowRef<Supply[]>([])

export function keepSample(supply: Supply): void {
  if (samples.value.at(-1)?.at === supply.at) return
  samples.value = [...samples.value.slice(1 - MOST), supply]
}
