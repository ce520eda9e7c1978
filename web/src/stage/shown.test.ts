import { expect, it } from 'vitest'
import type { Device } from './api'
import { standing, withBoth } from './shown'

function device(id: string, kind: Device['kind']): Device {
  return { id, kind, name: id, name_zh: id, screen_url: '', is_silent: false, is_on: true }
}

const ALL = [device('mo', 'phone'), device('till', 'till'), device('bo', 'phone'), device('ann', 'phone')]
const ids = (devices: Device[]) => devices.map((one) => one.id)

it('shows two phones and a till, whoever came up first', () => {
  expect(ids(standing(ALL, []))).toEqual(['mo', 'bo', 'till'])
  expect(ids(standing(ALL.slice(0, 2), []))).toEqual(['mo', 'till'])
})

it('keeps to what was chosen, as far as it is there', () => {
  expect(ids(standing(ALL, ['till', 'ann', 'bo']))).toEqual(['till', 'ann', 'bo'])
  expect(ids(standing(ALL, ['till', 'gone', 'bo']))).toEqual(['till', 'bo', 'mo'])
})

it('brings both parties to a tap on, each in the place of one of its kind', () => {
  const all = [...ALL, device('other-till', 'till')]
  const shown = standing(all, ['mo', 'bo', 'till'])
  expect(withBoth(all, shown, 'bo', 'till')).toEqual(['mo', 'bo', 'till'])
  expect(withBoth(all, shown, 'ann', 'till')).toEqual(['mo', 'ann', 'till'])
  expect(withBoth(all, shown, 'bo', 'other-till')).toEqual(['mo', 'bo', 'other-till'])
  expect(withBoth(all, shown, 'ann', 'mo')).toEqual(['mo', 'ann', 'till'])
  expect(withBoth(all, shown, 'nobody', 'till')).toEqual(['mo', 'bo', 'till'])
})
