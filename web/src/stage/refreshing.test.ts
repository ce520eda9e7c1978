import { expect, it } from 'vitest'
import type { StageEvent } from './api'
import { recorded } from './recorded'
import { actedBefore } from './refreshing'

function chapter(number: number): StageEvent {
  const [any] = recorded(['stage>bank GET /v1/x 0'])
  return { ...any!, number, at_unix_s: number / 10, direction: 'note', other: '', step: 'chapter' }
}

it('loads anew, with each chapter, the screens of those who acted in the one before', () => {
  const first = recorded(['alice>bank POST /v1/payments 80', 'till>sam STATE 14'])
  const [later] = recorded(['bo>sim ARM 10'])
  const events = [...first, chapter(3), { ...later!, number: 4, at_unix_s: 0.4 }]
  expect(actedBefore(first, 0)).toBeUndefined()
  expect(actedBefore(events, 0)).toEqual({ chapter: 3, devices: new Set(['alice', 'till']) })
  expect(actedBefore(events, 3)).toBeUndefined()
  expect(actedBefore([...events, chapter(5)], 3)).toEqual({ chapter: 5, devices: new Set(['bo']) })
})
