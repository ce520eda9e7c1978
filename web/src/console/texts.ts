import type { Like } from '@shared/i18n'
import { authorityEn, authorityZh } from './texts/authority'
import { chartsEn, chartsZh } from './texts/charts'
import { controlEn, controlZh } from './texts/control'
import { frameEn, frameZh } from './texts/frame'
import { lossesEn, lossesZh } from './texts/losses'
import { operationsEn, operationsZh } from './texts/operations'
import { riskEn, riskZh } from './texts/risk'
import { takingOnEn, takingOnZh } from './texts/taking-on'
import { wordsEn, wordsZh } from './texts/words'

export const zh = { ...frameZh, ...wordsZh, ...operationsZh, ...takingOnZh, ...riskZh, ...lossesZh, ...controlZh, ...authorityZh, ...chartsZh }

export const en: Like<typeof zh> = {
  ...frameEn, ...wordsEn, ...operationsEn, ...takingOnEn, ...riskEn, ...lossesEn, ...controlEn, ...authorityEn, ...chartsEn,
}
