// Prometheus' text format (0.0.4), as far as the bank writes it, and what is made of two readings.
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

export interface Reading {
  atS: number
  samples: Sample[]
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? ([^ ]+)$/
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const found = line.startsWith('#') ? null : LINE.exec(line)
    if (!found) return []
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name!, value!]))
    return [{ name: found[1]!, labels, value: Number(found[3]) }]
  })
}

/** The sum of all that fit. */
export function sumOf(reading: Reading, name: string, fits: (labels: Record<string, string>) => boolean = () => true): number {
  return reading.samples.filter((each) => each.name === name && fits(each.labels)).reduce((sum, each) => sum + each.value, 0)
}

/** How much more there is each second; null while that cannot be known. */
export function rate(earlier: Reading | undefined, later: Reading, value: (reading: Reading) => number): number | null {
  if (!earlier || later.atS <= earlier.atS) return null
  const more = value(later) - value(earlier)
  // A program that was started again counts from nothing.
  return more < 0 ? null : more / (later.atS - earlier.atS)
}

/** The mean time of an answer between two readings, in milliseconds. */
export function meanMs(earlier: Reading | undefined, later: Reading): number | null {
  const name = 'zerobar_request_duration_seconds'
  const count = rate(earlier, later, (reading) => sumOf(reading, `${name}_count`))
  const took = rate(earlier, later, (reading) => sumOf(reading, `${name}_sum`))
  return count && took !== null ? (took / count) * 1000 : null
}
