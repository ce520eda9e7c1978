// Readings of the bank's figures, kept while this window is open so that charts go on.
import { shallowRef } from 'vue'
import { bank } from '../bank'
import { parseMetrics, type Reading } from './metrics'

const MOST = 400

export const readings = shallowRef<Reading[]>([])

export async function readFigures(): Promise<Reading> {
  const answer = await bank.raw('GET', '/metrics')
  const reading = { atS: Date.now() / 1000, samples: parseMetrics(await answer.text()) }
  readings.value = [...readings.value.slice(1 - MOST), reading]
  return reading
}
