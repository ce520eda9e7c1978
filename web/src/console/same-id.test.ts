import { beforeEach, expect, it, vi } from 'vitest'
import { idFor, settle } from './same-id'

beforeEach(() => {
  const kept = new Map<string, string>()
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  })
})

it('gives the same thing the same id until its answer is final', () => {
  const id = idFor('/v1/approvals', { kind: 'issue', amount_fen: 1 })
  expect(idFor('/v1/approvals', { kind: 'issue', amount_fen: 1 })).toBe(id)
  expect(idFor('/v1/approvals', { kind: 'issue', amount_fen: 2 })).not.toBe(id)
  const other = idFor('/v1/approvals', { kind: 'issue', amount_fen: 2 })
  settle('/v1/approvals')
  expect(idFor('/v1/approvals', { kind: 'issue', amount_fen: 2 })).not.toBe(other)
})
