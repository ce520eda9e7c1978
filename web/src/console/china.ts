// The bank's days are China's, wherever the console is looked at.
const FORMAT = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'medium',
})

/** `2026-11-26 14:05:09`, in China. */
export function chinaTime(moment: string): string {
  return FORMAT.format(new Date(moment))
}

/** A day of the reconciliation, `20261125`, as `2026-11-25`. */
export function dayOf(day: number): string {
  return String(day).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3')
}

/** What was chosen in a field for date and time, meant in China, as the bank takes it. */
export function fromChina(chosen: string): string {
  return `${chosen}:00+08:00`
}

/** A moment for a field for date and time, in China. */
export function toChina(moment: Date): string {
  return chinaTime(moment.toISOString()).slice(0, 16).replace(' ', 'T')
}

/** Midnight in China, at which a day begins. */
export function beginningOf(day: string): string {
  return `${day}T00:00:00+08:00`
}
