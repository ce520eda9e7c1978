// The console speaks with the bank's own program, as the member of staff who is signed in.
import { Http, type Asking } from '@shared/http'
import { Problem } from '@shared/problem'
import { idFor, settle } from './same-id'
import { inChinese } from './texts/problems'

const KEY = 'zerobar.staff'

/** What to do when the bank says that nobody is signed in; set by the session. */
const ending: { whenEnded?: () => void } = {}

export function keptToken(): string | undefined {
  return sessionStorage.getItem(KEY) ?? undefined
}

export function keepToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, token)
}

export function whenSessionEnds(doing: () => void): void {
  ending.whenEnded = doing
}

class BankHttp extends Http {
  override async raw(method: string, path: string, body?: unknown, asking: Asking = {}): Promise<Response> {
    try {
      return await super.raw(method, path, body, asking)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      if (error.name_ === 'staff-not-signed-in') ending.whenEnded?.()
      throw inChinese(error)
    }
  }
}

export const bank = new BankHttp(keptToken)

/**
 * Have the bank make something. What is asked again, also after a reload, has the same id as long
 * as nobody knows what became of it; a final answer ends that.
 */
export async function make<T>(path: string, body: unknown): Promise<T> {
  const id = idFor(path, body)
  try {
    const made = await bank.post<T>(path, body, { headers: { 'idempotency-key': id } })
    settle(path)
    return made
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500) settle(path)
    throw error
  }
}

/** Have the browser keep a file that only this session may read. */
export async function download(path: string): Promise<void> {
  const answer = await bank.raw('GET', path)
  const named = /filename="?([^";]+)"?/.exec(answer.headers.get('content-disposition') ?? '')
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = named?.[1] ?? path.split('/').at(-1)!.split('?')[0]!
  link.click()
  // The browser reads it after the click; a moment later it has begun.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
