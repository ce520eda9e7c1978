import type { Like } from '@shared/i18n'

export const zh = {
  stage: { title: 'stage' },
}

export const en: Like<typeof zh> = {
  stage: { title: 'stage' },
}
