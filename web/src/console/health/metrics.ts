// Prometheus' text format (0.0.4), as far as the bank writes it, and what is made of two readings.
import type { Moment } from '../parts/gaps'

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

/** What is drawn of a reading; all but what waits is counted since the program was started. */
export interface Load {
  requests: number
  errors: number
  answers: number
  answersS: number
  open: number
  due: number
  webhooks: number
}

const DURATIONS = 'zerobar_request_duration_seconds'

export function loadOf(reading: Reading): Load {
  const waiting = (what: string) => sumOf(reading, 'zerobar_waiting', (labels) => labels['what'] === what)
  return {
    requests: sumOf(reading, 'zerobar_requests_total'),
    errors: sumOf(reading, 'zerobar_requests_total', ({ status }) => status!.startsWith('5')),
    answers: sumOf(reading, `${DURATIONS}_count`),
    answersS: sumOf(reading, `${DURATIONS}_sum`),
    open: waiting('vouchers_open'),
    due: waiting('vouchers_due'),
    webhooks: waiting('webhooks_due'),
  }
}

/** How much more there is each second; null while that cannot be known. */
export function rate(earlier: Moment<Load> | undefined, later: Moment<Load>, value: (load: Load) => number): number | null {
  if (!earlier?.of || !later.of || later.atS <= earlier.atS) return null
  const more = value(later.of) - value(earlier.of)
  // A program that was started again counts from nothing.
  return more < 0 ? null : more / (later.atS - earlier.atS)
}

/** The mean time of an answer between two readings, in milliseconds. */
export function meanMs(earlier: Moment<Load> | undefined, later: Moment<Load>): number | null {
  const count = rate(earlier, later, (load) => load.answers)
  const took = rate(earlier, later, (load) => load.answersS)
  return count && took !== null ? (took / count) * 1000 : null
}
