// The bank tells its refusals in English. What staff may meet is said in Chinese here, by its
// stable name; anything else is shown as the bank says it.
import { Problem } from '@shared/problem'

type Told = readonly [happened: string, next: string]

const CHINESE: Record<string, Told> = {
  'staff-not-signed-in': ['没有有效的员工登录。', '请使用通行密钥登录。'],
  'enrolment-code-refused': ['此一次性代码未知、已使用或已过期。', '请向管理员索取新代码。'],
  'role-missing': ['您的角色不允许此操作。', '请联系具有相应角色的同事。'],
  'second-person-needed': ['这是您自己提出的。', '请另一位同事批准。'],
  'not-the-proposer': ['只有提出人可以查看此代码。', '请提出人当面交给本人。'],
  'enrolment-code-gone': ['此事项目前没有可用的代码。', '请等待批准，或提出补发代码。'],
  'staff-unknown': ['没有这位员工。', '请在员工列表中核对编号。'],
  'approval-unknown': ['没有此复核事项。', '请核对编号，或重新提出。'],
  'already-decided': ['此事项已有结论。', '没有任何改变；如仍需要，请重新提出。'],
  'approval-expired': ['24 小时内无人批准。', '请重新提出。'],
  'own-revocation': ['不能撤销自己。', '请另一位管理员操作。'],
  'holder-not-verified': ['此钱包的持有人未实名，无法在柜台核实。',
  '持有人可在一天前登记的设备上自行重设 PIN。'],
  'audit-trail-broken': ['审计记录的某一条与写入时不符。',
  '请将数据库与备份比对，并查明谁曾有访问权限。'],
  'passkey-refused': ['此通行密钥未被接受。', '请使用在本行登记的通行密钥，或请管理员补发代码。'],
  'passkey-registration-refused': ['无法登记此通行密钥。', '请重试，或换用其他安全密钥。'],
  'passkey-challenge-stale': ['登录请求已过期。', '请重新登录。'],
  'passkey-taken': ['此通行密钥已登记。', '请直接用它登录。'],
  'operator-unknown': ['没有此运营机构。', '请核对编号。'],
  'insufficient-reserves': ['准备金不足。', '请先缴存准备金。'],
  'insufficient-vault': ['库存不足。', '请减少金额。'],
  'supply-too-large': ['超过货币总量的上限。', '请减少金额。'],
  'not-blocked-by-staff': ['此硬钱包不是由员工冻结的。',
  '挂失的由持有人找回；被证实欺诈的不能解除。'],
  'settlement-run-unknown': ['没有此清算批次。', '请在列表中核对。'],
  'pattern-changed': ['有人刚刚修改过此模式。', '请重新打开页面，查看新参数后再修改。'],
  'pattern-unknown': ['没有此可疑模式。', '请从列表中选择。'],
  'parameter-wrong': ['参数超出范围。', '请按所示范围填写。'],
  'case-unknown': ['没有此案件。', '请在列表中核对。'],
  'case-closed': ['此案件已结案。', '无需再次操作。'],
  'purse-unknown': ['没有登记此硬钱包。', '请核对 16 位编号。'],
  'purse-closed': ['此硬钱包已注销。', '请查看其全部经历。'],
  'purse-flagged': ['此硬钱包已被证实欺诈。', '请查看其案件。'],
  'purse-blocked': ['此硬钱包已冻结。', '请查看其全部经历。'],
  'anonymous-purse-lost': ['匿名硬钱包如同现金，不能挂失。', '请告知持有人。'],
  'voucher-unknown': ['尚未收到这张凭证。', '请付款方或收款方同步后再查。'],
  'wallet-unknown': ['没有此钱包。', '请核对编号。'],
  'merchant-unknown': ['没有此商户。', '请核对编号。'],
  'metrics-refused': ['运行数字需登录或监控令牌才能读取。',
  '请登录管理台后再看。'],
  'invalid-input': ['内容有误。', '请核对后重试。'],
  'not-found': ['没有找到。', '请核对编号。'],
  'id-used': ['此编号已用于其他事项。', '请重新打开页面再试。'],
  unavailable: ['银行账本暂时没有应答，结果未知。', '请稍后重试，不会重复执行。'],
  'internal-error': ['银行内部出错，结果未知。', '请重试，不会重复执行；若仍出现请告知管理员。'],
  'program-stopped': ['银行程序没有应答。', '请确认其仍在运行，然后重试。'],
}

export function inChinese(problem: Problem): Problem {
  const told = CHINESE[problem.name_]
  if (!told || problem.document.detail_zh?.startsWith('银行')) return problem
  const english = problem.name_ === 'program-stopped' ? { detail: "The bank's program does not answer." } : {}
  return new Problem({ ...problem.document, ...english, detail_zh: told[0], next_step_zh: told[1] })
}
