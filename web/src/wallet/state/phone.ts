// The one program that this screen speaks with, and what it is.
import { reactive, toRefs } from 'vue'
import { Http, type Asking } from '@shared/http'
import { Problem } from '@shared/problem'
import { takeToken } from '@shared/token'
import { problemsZh, silence } from '../texts/problems'
import type { PersonShown, PhoneShown, WalletShown } from '../types'
import { expectAnswer, isSilence, noteAnswer, noteProblem } from './network'

const token = takeToken()

class PhoneHttp extends Http {
  override async raw(method: string, path: string, body?: unknown, asking: Asking = {}) {
    const isAnswered = expectAnswer(method, path)
    try {
      const answer = await super.raw(method, path, body, asking)
      noteAnswer(path)
      return answer
    } catch (error) {
      if (error instanceof Problem) {
        noteProblem(error)
        speakPlainly(error, mayBeDone(path, body))
      }
      throw error
    } finally {
      isAnswered()
    }
  }
}

/** Whether what was asked has an id of its own, and so may be done although no answer came. */
function mayBeDone(path: string, body: unknown): boolean {
  const hasId = typeof body === 'object' && body !== null && 'id' in body
  return hasId || path.startsWith('/confirmations/')
}

/** A silence in words for everybody; and the bank's refusals in Chinese as its holders say it. */
function speakPlainly(problem: Problem, isOpen: boolean): void {
  if (isSilence(problem.name_))
    Object.assign(problem.document, isOpen ? silence.asked : silence.read)
  const known = problemsZh[problem.name_]
  if (!known) return
  problem.document.detail_zh = known[0]
  problem.document.next_step_zh = known[1]
}

/** Where this browser keeps something of this phone, and of no other at the same address. */
export function ownKey(name: string): string {
  return `zerobar.${name}.${token?.slice(0, 8) ?? ''}`
}

export const http = new PhoneHttp(() => token)

interface State {
  phone: PhoneShown | undefined
  me: PersonShown | undefined
}

const state = reactive<State>({ phone: undefined, me: undefined })

export function usePhone() {
  return toRefs(state)
}

export async function readPhone(): Promise<PhoneShown> {
  state.phone = await http.get<PhoneShown>('/phone')
  return state.phone
}

export async function readMe(): Promise<PersonShown> {
  state.me = await http.get<PersonShown>('/me')
  return state.me
}

/** The wallet that is on this phone. */
export function ownWallet(): WalletShown | undefined {
  return state.me?.wallets.find((wallet) => wallet.number === state.phone?.wallet_number)
}
