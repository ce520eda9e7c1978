import type { Like } from '@shared/i18n'

export const zh = {
  wallet: { title: 'wallet' },
}

export const en: Like<typeof zh> = {
  wallet: { title: 'wallet' },
}
