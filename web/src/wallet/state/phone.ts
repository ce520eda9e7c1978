// The one program that this screen speaks with, and what it is.
import { reactive, toRefs } from 'vue'
import { Http, type Asking } from '@shared/http'
import { Problem } from '@shared/problem'
import { takeToken } from '@shared/token'
import { problemsZh } from '../texts/problems'
import type { PersonShown, PhoneShown, WalletShown } from '../types'
import { noteAnswer, noteProblem } from './network'

const token = takeToken()

class PhoneHttp extends Http {
  override async raw(method: string, path: string, body?: unknown, asking: Asking = {}) {
    try {
      const answer = await super.raw(method, path, body, asking)
      noteAnswer(path)
      return answer
    } catch (error) {
      if (error instanceof Problem) {
        noteProblem(error)
        speakChinese(error)
      }
      throw error
    }
  }
}

/** The bank speaks English only; its stable names are translated here. */
function speakChinese(problem: Problem): void {
  const known = problemsZh[problem.name_]
  if (!known || problem.document.detail_zh) return
  problem.document.detail_zh = known[0]
  problem.document.next_step_zh = known[1]
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
