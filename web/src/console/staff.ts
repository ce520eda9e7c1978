// Who is signed in, and what they are there for.
import { reactive } from 'vue'
import { bank, keepToken, keptToken, whenSessionEnds } from './bank'
import type { OpenedSession, Role, SignedIn } from './api/control'

const WANTED = 'zerobar.wanted'

export const staff = reactive<{ me: SignedIn | undefined }>({ me: undefined })

export function has(...roles: readonly Role[]): boolean {
  return roles.length === 0 || roles.some((role) => staff.me?.roles.includes(role))
}

export function begin(opened: OpenedSession): void {
  keepToken(opened.token)
  staff.me = opened.staff
}

/** Go on with this window's session, if it is still good. */
export async function resume(): Promise<void> {
  if (keptToken() === undefined) return
  staff.me = await bank.get<SignedIn>('/v1/staff/me')
}

/** Remember which page was asked for before anybody had signed in. */
export function want(path: string): void {
  sessionStorage.setItem(WANTED, path)
}

export function takeWanted(): string {
  const wanted = sessionStorage.getItem(WANTED) ?? '/'
  sessionStorage.removeItem(WANTED)
  return wanted
}

export async function signOut(): Promise<void> {
  try {
    await bank.delete('/v1/staff/sessions/current')
  } finally {
    forget()
  }
}

/** Leave what was this session; the bank has ended it. */
export function forget(): void {
  keepToken(undefined)
  staff.me = undefined
}

// Who comes back goes on where they were.
whenSessionEnds(() => {
  if (staff.me) want(location.hash.slice(1))
  forget()
})
