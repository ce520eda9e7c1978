import type { Like } from '@shared/i18n'
import { frameEn, frameZh } from './texts/frame'
import { officeEn, officeZh } from './texts/office'
import { sellingEn, sellingZh } from './texts/selling'

export const zh = { ...frameZh, ...sellingZh, ...officeZh }

export const en: Like<typeof zh> = { ...frameEn, ...sellingEn, ...officeEn }
