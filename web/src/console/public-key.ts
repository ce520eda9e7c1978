// Public keys of the curve P-256, however they come: PEM, hexadecimal, or base64url of X and Y.
const HEAD = '3059301306072a8648ce3d020106082a8648ce3d030107034200'
const LENGTH = 64

/** X and Y, 32 bytes each; undefined where it is no such key. Whether it is a point the bank says. */
export function readPublicKey(text: string): Uint8Array | undefined {
  const plain = text.replaceAll(/-----[^-]*-----|\s/g, '')
  const bytes = /^([0-9a-fA-F]{2})+$/.test(plain) ? fromHex(plain) : fromBase64(plain)
  if (!bytes) return undefined
  return withoutForm(hexOf(bytes).startsWith(HEAD) ? bytes.slice(HEAD.length / 2) : bytes)
}

export function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** As the bank takes it: base64url, unpadded. */
export function base64urlOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** What two people compare on the telephone: the beginning of its SHA-256, in groups of four. */
export async function fingerprintOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))
  return hexOf(digest.slice(0, 10)).replaceAll(/(.{4})(?=.)/g, '$1 ')
}

/** An uncompressed point begins with 04. */
function withoutForm(bytes: Uint8Array): Uint8Array | undefined {
  const point = bytes.length === LENGTH + 1 && bytes[0] === 4 ? bytes.slice(1) : bytes
  return point.length === LENGTH ? point : undefined
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}
