import type { Like } from '@shared/i18n'
import { controlEn, controlZh } from './texts/control'
import { frameEn, frameZh } from './texts/frame'
import { operationsEn, operationsZh } from './texts/operations'
import { riskEn, riskZh } from './texts/risk'
import { wordsEn, wordsZh } from './texts/words'

export const zh = { ...frameZh, ...wordsZh, ...operationsZh, ...riskZh, ...controlZh }

export const en: Like<typeof zh> = { ...frameEn, ...wordsEn, ...operationsEn, ...riskEn, ...controlEn }
