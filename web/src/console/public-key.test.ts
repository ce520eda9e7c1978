import { describe, expect, it } from 'vitest'
import { base64urlOf, fingerprintOf, hexOf, readPublicKey } from './public-key'

async function made(): Promise<{ key: Uint8Array; pem: string }> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey))
  const lines = btoa(String.fromCharCode(...spki)).replaceAll(/(.{64})/g, '$1\n')
  return { key: raw.slice(1), pem: `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n` }
}

describe('a public key', () => {
  it('is the same however it is written', async () => {
    const { key, pem } = await made()
    for (const text of [pem, hexOf(key), `04${hexOf(key)}`, base64urlOf(key), ` ${hexOf(key).toUpperCase()}\n`]) {
      expect(hexOf(readPublicKey(text)!)).toBe(hexOf(key))
    }
  })

  it('is not what is too short, too long or something else', () => {
    for (const text of ['', 'key', 'ab'.repeat(63), 'ab'.repeat(65), '05' + 'ab'.repeat(64), '????']) {
      expect(readPublicKey(text)).toBeUndefined()
    }
  })

  it('has a fingerprint that people can compare', async () => {
    expect(await fingerprintOf(new Uint8Array(64))).toMatch(/^([0-9a-f]{4} ){4}[0-9a-f]{4}$/)
    expect(await fingerprintOf(new Uint8Array(64))).not.toBe(await fingerprintOf((await made()).key))
  })
})
