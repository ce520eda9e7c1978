// Amounts are whole fen everywhere; yuan exist on the screen only.
export type Fen = number

export const LARGEST_FEN: Fen = 999_999_999_99

/** `1234550` as `¥12,345.50`; a minus stands before the sign. */
export function yuan(fen: Fen): string {
  const sign = fen < 0 ? '−' : ''
  return `${sign}¥${plainYuan(Math.abs(fen))}`
}

/** `1234550` as `12,345.50`. */
export function plainYuan(fen: Fen): string {
  const whole = Math.floor(fen / 100).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  return `${whole}.${(fen % 100).toString().padStart(2, '0')}`
}

/** What was keyed in, `12.5`, as fen; undefined where it is no amount. */
export function fenOf(keyed: string): Fen | undefined {
  const found = /^(\d{1,9})(?:\.(\d{0,2}))?$/.exec(keyed)
  if (!found) return undefined
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/** What is keyed in after one more key: digits, `.`, `00`, or `⌫`. Keys that fit nowhere do nothing. */
export function afterKey(keyed: string, key: string, most: Fen = LARGEST_FEN): string {
  if (key === '⌫') return keyed.slice(0, -1)
  const longer = withKey(keyed, key)
  const fen = fenOf(longer)
  return fen === undefined || fen > most ? keyed : longer
}

function withKey(keyed: string, key: string): string {
  if (key === '.') return keyed === '' ? '0.' : `${keyed}.`
  return keyed === '0' ? key.replace(/^0+(?=\d)/, '') : (keyed + key).replace(/^0+(?=\d)/, '')
}
