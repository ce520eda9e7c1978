import type { Like } from '@shared/i18n'

export const zh = {
  till: { title: 'till' },
}

export const en: Like<typeof zh> = {
  till: { title: 'till' },
}
