// Every refusal is a problem document (RFC 9457): what happened, and what to do next.
import { settings } from './settings'

export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail: string
  next_step?: string
  detail_zh?: string
  next_step_zh?: string
  finality?: string
  [fact: string]: unknown
}

export class Problem extends Error {
  readonly document: ProblemDocument

  constructor(document: ProblemDocument) {
    super(document.detail)
    this.document = document
  }

  /** The stable name, such as `pin-needed`. */
  get name_(): string {
    return this.document.type.split(/[:/]/).at(-1) ?? ''
  }

  get status(): number {
    return this.document.status
  }

  get happened(): string {
    return this.in_('detail')
  }

  get nextStep(): string {
    return this.in_('next_step')
  }

  /** How long to wait before the same is tried again, in seconds. */
  get waitS(): number | undefined {
    const told = this.document.retry_after_s
    return typeof told === 'number' && told > 0 ? told : undefined
  }

  private in_(field: 'detail' | 'next_step'): string {
    const chinese = this.document[`${field}_zh`]
    if (settings.locale === 'zh-CN' && typeof chinese === 'string') return chinese
    return this.document[field] ?? ''
  }
}

const STOPPED: ProblemDocument = {
  type: 'zerobar:program-stopped',
  title: 'Program stopped',
  status: 0,
  detail: "This device's program does not answer.",
  detail_zh: '本机程序没有应答。',
  next_step: 'See that it is still running, then try again.',
  next_step_zh: '请确认程序仍在运行，然后重试。',
}

export function programStopped(): Problem {
  return new Problem(STOPPED)
}

export async function problemOf(answer: Response): Promise<Problem> {
  try {
    return new Problem((await answer.json()) as ProblemDocument)
  } catch {
    return new Problem({ ...STOPPED, status: answer.status })
  }
}
