import { expect, test } from 'vitest'
import { waiting } from './waiting'

test('a wait is told in the unit that fits, and never too short', () => {
  expect(waiting(42)).toEqual({ unit: 'waitSeconds', n: 42 })
  expect(waiting(121)).toEqual({ unit: 'waitMinutes', n: 3 })
  expect(waiting(7201)).toEqual({ unit: 'waitHours', n: 3 })
})
