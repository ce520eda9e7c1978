// Who is signed in, and what they are there for.
import { reactive } from 'vue'
import { bank, keepToken, keptToken, whenSessionEnds } from './bank'
import type { OpenedSession, Role, SignedIn } from './api/control'

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

export async function signOut(): Promise<void> {
  try {
    await bank.delete('/v1/staff/sessions/current')
  } finally {
    forget()
  }
}

function forget(): void {
  keepToken(undefined)
  staff.me = undefined
}

whenSessionEnds(forget)
