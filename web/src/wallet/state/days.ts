/** 2026-11-26, in China: days of a statement are China's. */
export function isoDay(moment: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(moment)
}
