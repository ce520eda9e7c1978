import type { Like } from '@shared/i18n'
import { baseEn, baseZh } from './texts/base'
import { knowsEn, knowsZh } from './texts/knows'
import { moneyEn, moneyZh } from './texts/money'
import { purseEn, purseZh } from './texts/purse'

export const zh = { wallet: { ...baseZh, ...moneyZh, ...purseZh, knows: knowsZh } }

export const en: Like<typeof zh> = {
  wallet: { ...baseEn, ...moneyEn, ...purseEn, knows: knowsEn },
}
