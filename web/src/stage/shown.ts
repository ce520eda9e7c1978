// Which three devices stand on the stage; remembered for this tab.
import { computed, ref, type ComputedRef } from 'vue'
import type { Device } from './api'

const KEY = 'zerobar.stage.shown'
/** How many places there are. */
export const PLACES = 3

export interface Shown {
  devices: ComputedRef<Device[]>
  /** Put a device in a place; the one that stands there changes places with it. */
  put: (place: number, id: string) => void
  /** Have both parties to a tap on the stage. */
  follow: (card: string, reader: string) => void
}

export function useShown(all: () => Device[]): Shown {
  const chosen = ref<string[]>(kept())
  const devices = computed(() => standing(all(), chosen.value))
  function choose(ids: string[]): void {
    chosen.value = ids
    sessionStorage.setItem(KEY, JSON.stringify(ids))
  }
  function put(place: number, id: string): void {
    choose(swapped(devices.value.map((device) => device.id), place, id))
  }
  function follow(card: string, reader: string): void {
    choose(withBoth(all(), devices.value, card, reader))
  }
  return { devices, put, follow }
}

/** Who was chosen and is there; and two phones and a till, as they come up. */
export function standing(all: Device[], chosen: string[]): Device[] {
  const phones = all.filter((device) => device.kind === 'phone')
  const tills = all.filter((device) => device.kind === 'till')
  const wanted = chosen.flatMap((id) => all.filter((device) => device.id === id))
  const usual = [...phones.slice(0, 2), ...tills.slice(0, 1)]
  return [...new Set([...wanted, ...usual])].slice(0, PLACES)
}

function swapped(ids: string[], place: number, id: string): string[] {
  const changed = [...ids]
  const before = ids.indexOf(id)
  if (before >= 0) changed[before] = ids[place]!
  changed[place] = id
  return changed
}

/** Who stands there, with whoever is missing of a tap in the place of somebody of the same kind. */
export function withBoth(all: Device[], shown: Device[], card: string, reader: string): string[] {
  let ids = shown.map((device) => device.id)
  for (const id of [card, reader]) {
    const missing = all.find((device) => device.id === id)
    if (!missing || ids.includes(id)) continue
    const free = shown.filter((device) => ![card, reader].includes(device.id))
    const leaving = free.findLast((device) => device.kind === missing.kind) ?? free.at(-1)
    if (leaving) ids = ids.map((one) => (one === leaving.id ? id : one))
  }
  return ids
}

function kept(): string[] {
  const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]')
  return Array.isArray(found) ? found.filter((id) => typeof id === 'string') : []
}
