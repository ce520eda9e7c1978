// The bank's figures as they are now, and how what it kept of them is read.
import type { Figures } from '../api/figures'
import { bank } from '../bank'
import { bankNowS } from '../figures'
import { parseMetrics, type Load, type Reading } from './metrics'

export async function readFigures(): Promise<Reading> {
  const answer = await bank.raw('GET', '/metrics')
  return { atS: bankNowS(), samples: parseMetrics(await answer.text()) }
}

export function keptLoad(figures: Figures): Load {
  return {
    requests: figures.requests,
    errors: figures.errors,
    answers: figures.answers,
    answersS: figures.answers_s,
    open: figures.vouchers_open,
    due: figures.vouchers_due,
    webhooks: figures.webhooks_due,
  }
}
