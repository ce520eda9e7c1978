// What this shop sells most, for one-touch sales: a short list that is kept in this browser.
import { reactive, watch } from 'vue'
import type { Fen } from '@shared/money'

export interface Good {
  id: string
  name: string
  price_fen: Fen
}

const KEY = 'zerobar.till.goods'

function kept(): Good[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as Good[]
  } catch {
    return []
  }
}

export const goods = reactive<Good[]>(kept())

watch(goods, () => localStorage.setItem(KEY, JSON.stringify(goods)))
