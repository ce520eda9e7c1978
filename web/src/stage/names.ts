// What people call the devices, and the lanes of the diagram.
import { told } from '@shared/i18n'
import { computed, inject, provide, type ComputedRef, type InjectionKey } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Device } from './api'
import { BANK, FIELD, type Lane } from './lanes'

export interface Names {
  device: (id: string) => string
  lane: (lane: Lane) => string
  /** A lane by its id, as in a sentence. */
  party: (id: string) => string
}

const KEY: InjectionKey<ComputedRef<Names>> = Symbol('names')

export function provideNames(devices: () => Device[]): ComputedRef<Names> {
  const { t } = useI18n()
  const names = computed<Names>(() => {
    const known = new Map(devices().map((device) => [device.id, device]))
    const device = (id: string) => {
      const found = known.get(id)
      return found ? told({ text: found.name, text_zh: found.name_zh }) : institution(id)
    }
    const institution = (id: string) => {
      if (id === BANK) return t('stage.bank')
      if (id === 'telecom') return t('stage.telecom')
      return id === FIELD ? t('stage.someCard') : id
    }
    const lane = ({ kind, device: owner, id }: Lane) => {
      if (kind === 'sim') return 'SIM'
      return kind === 'sam' ? 'SAM' : device(owner || id)
    }
    const party = (id: string) => {
      const [owner, purse] = id.split('/')
      if (!purse) return device(id)
      const isPhone = known.get(owner!)?.kind !== 'till'
      return t(isPhone ? 'stage.simOf' : 'stage.samOf', { who: device(owner!) })
    }
    return { device, lane, party }
  })
  provide(KEY, names)
  return names
}

export function useNames(): ComputedRef<Names> {
  const names = inject(KEY)
  if (!names) throw new Error('names are provided by the page')
  return names
}
