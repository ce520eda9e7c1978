// The browser's passkeys (WebAuthn Level 3); the bank gives and takes their JSON forms.
import { Problem } from '@shared/problem'
import { bank } from './bank'
import type { OpenedSession } from './api/control'

interface Options<T> {
  publicKey: T
}

export async function signIn(): Promise<OpenedSession> {
  requirePasskeys()
  const path = '/v1/staff/sessions'
  const options = await bank.post<Options<PublicKeyCredentialRequestOptionsJSON>>(`${path}/options`)
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey)
  const credential = await asked(navigator.credentials.get({ publicKey }))
  return bank.post<OpenedSession>(path, { credential: formOf(credential) })
}

export async function enrol(code: string, label: string): Promise<OpenedSession> {
  requirePasskeys()
  const path = '/v1/staff/enrolments'
  const options = await bank.post<Options<PublicKeyCredentialCreationOptionsJSON>>(`${path}/options`, { code })
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey)
  const credential = await asked(navigator.credentials.create({ publicKey }))
  return bank.post<OpenedSession>(path, { code, label, credential: formOf(credential) })
}

/** Passkeys belong to a name: the same program under a number of the network has none. */
export function namedAddress(): string | undefined {
  if (!/^(\d+\.){3}\d+$|^\[/.test(location.hostname)) return undefined
  return `${location.protocol}//localhost:${location.port}/`
}

function formOf(credential: PublicKeyCredential): unknown {
  return credential.toJSON()
}

async function asked(asking: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await asking
    if (credential instanceof PublicKeyCredential) return credential
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
  }
  throw new Problem({
    type: 'zerobar:passkey-not-given',
    title: 'No passkey',
    status: 0,
    detail: 'The browser gave no passkey.',
    detail_zh: '浏览器没有给出通行密钥。',
    next_step: 'Try again and confirm in the dialog of the browser or of your security key.',
    next_step_zh: '请重试，并在浏览器或安全密钥的对话框中确认。',
  })
}

function requirePasskeys(): void {
  if ('PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential) return
  throw new Problem({
    type: 'zerobar:passkeys-missing',
    title: 'No passkeys here',
    status: 0,
    detail: 'This browser offers no passkeys on this page.',
    detail_zh: '此浏览器在本页面不支持通行密钥。',
    next_step: 'Use a current browser, over https or at http://localhost.',
    next_step_zh: '请使用较新的浏览器，并通过 https 或 http://localhost 打开。',
  })
}
