import { expect, it } from 'vitest'
import { networkOf } from './network'

const cut = (...silent: boolean[]) => networkOf(silent.map((is_silent) => ({ is_silent })))

it('is on only while nobody is cut off', () => {
  expect(cut()).toBe('on')
  expect(cut(false, false)).toBe('on')
  expect(cut(true, false)).toBe('some')
  expect(cut(true, true)).toBe('off')
})
