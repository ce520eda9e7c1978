// The bank tells its refusals in both languages. Here is what staff read of a program that says
// nothing at all, and of what they can look into where a holder would be told to call the bank.
import { Problem } from '@shared/problem'

type Told = readonly [happened: string, next: string]

const FOR_STAFF: Record<string, Told> = {
  'program-stopped': ['银行程序没有应答。', '请确认其仍在运行，然后重试。'],
  'frozen-by-bank': ['此钱包已被银行冻结。', '可提出解冻，须由两位员工完成。'],
  'merchant-suspended': ['此商户已停业。', '请先恢复营业，或由两位员工代为退款。'],
  'purse-blocked': ['此硬钱包已冻结。', '请查看其全部经历。'],
  'purse-closed': ['此硬钱包已注销。', '请查看其全部经历。'],
  'purse-flagged': ['此硬钱包已被证实欺诈。', '请查看其案件。'],
  'refund-waits': ['此退款须先由银行核查。', '两位风险人员放行其凭证后会继续。'],
}

export function inChinese(problem: Problem): Problem {
  const told = FOR_STAFF[problem.name_]
  if (!told) return problem
  const english = problem.name_ === 'program-stopped' ? { detail: "The bank's program does not answer." } : {}
  return new Problem({ ...problem.document, ...english, detail_zh: told[0], next_step_zh: told[1] })
}
