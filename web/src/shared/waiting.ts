// How long to wait, in the largest unit that does not sound fussy.

export interface Waiting {
  unit: 'waitSeconds' | 'waitMinutes' | 'waitHours'
  n: number
}

/** Round a wait up, so that nobody comes back too early. */
export function waiting(seconds: number): Waiting {
  if (seconds <= 120) return { unit: 'waitSeconds', n: Math.ceil(seconds) }
  if (seconds <= 7200) return { unit: 'waitMinutes', n: Math.ceil(seconds / 60) }
  return { unit: 'waitHours', n: Math.ceil(seconds / 3600) }
}
