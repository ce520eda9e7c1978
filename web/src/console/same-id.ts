// An id is made once for one thing. Until the bank's answer is final it outlives even a reload.
import { newId } from '@shared/ids'

interface Pending {
  id: string
  body: string
}

const PREFIX = 'zerobar.pending '

export function idFor(name: string, body: unknown): string {
  const wanted = JSON.stringify(body ?? null)
  const pending = read(name)
  if (pending?.body === wanted) return pending.id
  const id = newId()
  sessionStorage.setItem(PREFIX + name, JSON.stringify({ id, body: wanted } satisfies Pending))
  return id
}

/** What was asked under this name has its final answer. */
export function settle(name: string): void {
  sessionStorage.removeItem(PREFIX + name)
}

function read(name: string): Pending | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + name) ?? '') as Pending
  } catch {
    return undefined
  }
}
