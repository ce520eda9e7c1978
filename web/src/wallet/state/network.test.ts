import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { expectAnswer, network, noteAnswer } from './network'

beforeEach(() => {
  vi.useFakeTimers()
  network.isOffline = false
})
afterEach(() => vi.useRealTimers())

it('takes a bank that says nothing for away, and for there again with its next answer', () => {
  expectAnswer('GET', '/balance')
  vi.advanceTimersByTime(7000)
  expect(network.isOffline).toBe(true)
  noteAnswer('/purse')
  expect(network.isOffline).toBe(true)
  noteAnswer('/balance')
  expect(network.isOffline).toBe(false)
})

it('draws nothing from what this program answers by itself, or from a slow payment', () => {
  const local = expectAnswer('GET', '/purse')
  const paid = expectAnswer('POST', '/payments')
  vi.advanceTimersByTime(60_000)
  expect(network.isOffline).toBe(false)
  local()
  paid()
})
