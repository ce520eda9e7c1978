// Whether the bank can be reached, seen by what gets an answer; there is no flag for it.
import { reactive } from 'vue'
import type { Problem } from '@shared/problem'

export const network = reactive({
  /** The bank gave no answer to the newest question that needed one. */
  isOffline: false,
  /** This device's program gives no answer: it is stopped, and its SIM goes on. */
  isStopped: false,
})

// What the phone's program answers by itself.
const LOCAL =
  /^\/(phone|purse|purse\/(arm|pin|in-flight|payments|vouchers\/.*)|taps.*|requests|vouchers|code|scans|sync|events|line|top-ups.*)$/
const UNREACHED = ['operator-unreachable', 'not-the-bank', 'unavailable', 'books-unavailable']

/** A bank that says nothing for so long is away, whatever the program still hopes for. */
const SILENT_AFTER_MS = 6000

/** Begin to wait for an answer of the bank; call what is returned once there is one. */
export function expectAnswer(method: string, path: string): () => void {
  if (method !== 'GET' || LOCAL.test(path)) return () => undefined
  const timer = setTimeout(() => {
    network.isOffline = true
  }, SILENT_AFTER_MS)
  return () => clearTimeout(timer)
}

export function isSilence(name: string | null): boolean {
  return name !== null && UNREACHED.includes(name)
}

export function noteAnswer(path: string): void {
  network.isStopped = false
  if (!LOCAL.test(path)) network.isOffline = false
}

export function noteProblem(problem: Problem): void {
  network.isStopped = problem.name_ === 'program-stopped'
  if (isSilence(problem.name_)) network.isOffline = true
}
