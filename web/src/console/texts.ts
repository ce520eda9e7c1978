import type { Like } from '@shared/i18n'

export const zh = {
  console: { title: 'console' },
}

export const en: Like<typeof zh> = {
  console: { title: 'console' },
}
