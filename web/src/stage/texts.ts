import type { Like } from '@shared/i18n'
import { explainedEn, explainedZh } from './texts/explained'
import { stageEn, stageZh } from './texts/stage'

export const zh = { stage: stageZh, explained: explainedZh }

export const en: Like<typeof zh> = { stage: stageEn, explained: explainedEn }
