import type { Like } from '@shared/i18n'

export const riskZh = {
  case: {
    plain: '欺诈案件', listLead: '每个案件都由签名本身证明；硬钱包已自动冻结并列入黑名单。', found: '发现于', what: '证明了什么', purse: '硬钱包', entry: '日志序号', state: '状态', openOnes: '未结案', lookAt: '查看证据',
    none: '没有案件', noneAdvice: '收款方同步时，克隆会自动暴露。', test: '检验 T{number} 发现', purseState: '硬钱包状态', seen: '首次查看', closedAt: '结案', id: '编号',
    whatHolds: '收款方保留已收到的钱；备付金的缺口由运营机构库存承担。', evidence: '证据：两份签名内容逐项对照', firstMessage: '第一份', secondMessage: '第二份', signed: '签名有效，由此硬钱包签署', notSigned: '签名无效',
    signatureUnknown: '没有可用于核验的证书', differsIn: '不同之处：{fields}。', field: '字段', differs: '不同', bytes: '字节 {from}–{to}', log: '导致该状态的日志', close: '结案',
    closeEffect: '案件移出未结列表，理由写入审计记录；硬钱包保持冻结。', closeNext: '证据永久保存，随时可在“全部”中查看。',
  },
  classes: {
    lead: '当某一类硬钱包整体不再可信时使用。先看影响，再由两位风险人员停用。', stop: '停用：{name}', active: '可用硬钱包', others: '另有冻结 {blocked}、注销 {closed}', inside: '其中已知余额', insideNote: '依据已收到的日志',
    fromThem: '由其付出的在途', toThem: '付给其的在途', vouchers: '{count} 张凭证', effectPurses: '{name}类的 {active} 个硬钱包（共 {amount}）将不能再付款给得知此事的收款方。',
    effectPayees: '{told} 个硬钱包将在下次同步时得知。', effectFlying: '此前付出的 {count} 张在途凭证（{amount}）仍然有效；持有人随时可圈提余额。', next: '须由第二位风险人员批准；批准后立即列入黑名单，卡上的名单不能撤回。',
  },
  limits: {
    lead: '限额是带生效时间的数据；由一人提出、另一人批准。', propose: '提出新限额', now: '现行限额', since: '自', published: '公布的限额', category: '类别', balance_fen: '余额', per_payment_fen: '单笔', per_day_fen: '每日', per_year_fen: '每年',
    bank_withdrawal: '可存银行', none: '不限', yes: '是', no: '否', proposal: '新限额', proposalAdvice: '只需修改要改变的数字（元）；留空表示不限。', validFrom: '生效时间（中国时间）', preview: '查看影响', unreadable: '有金额无法识别，最多两位小数。',
    touched: '若现在生效，会触及的钱包', next: '须由第二位风险人员批准，到生效时间自动执行。', touching: {
      wallets: '在用钱包', newly_over: '新近超限', over_balance: '超余额', over_per_payment: '超单笔', over_per_day: '超每日', over_per_year: '超每年', loses_withdrawal: '不能再存银行',
    },
  },
  pattern: {
    lead: '命中只是值得一看的理由，绝不是证据；不会因此自动冻结任何人。', version: '版本 {version}', unchanged: '出厂参数', hitsAndTune: '命中与参数', hours: '{count} 小时', bounds: '{least} 至 {most}', hits: '当前命中',
    hitsAdvice: '每一项都说明理由；点编号查看其全部经历。', noHits: '目前没有命中。', more: '还有更多，请收紧参数。', tune: '调整参数', tuneAdvice: '保存后立即按新参数查找，旧版本保留在下方，并写入审计记录。', isOn: '启用此模式', save: '保存为新版本',
    versions: '历史版本', number: '版本', changedAt: '修改于', parameters: '参数', state: '状态',
  },
}

export const riskEn: Like<typeof riskZh> = {
  case: {
    plain: 'Fraud case', listLead: 'Each case is proved by the signatures themselves; the hard wallet was blocked by itself.', found: 'Found', what: 'What it proves', purse: 'Hard wallet', entry: 'Entry', state: 'State', openOnes: 'Open', lookAt: 'See the evidence',
    none: 'No cases', noneAdvice: 'A clone shows by itself when its payees sync.', test: 'Found by test T{number}', purseState: 'The hard wallet is', seen: 'First seen', closedAt: 'Closed', id: 'Id',
    whatHolds: "Payees keep what they took; what the float then lacks comes from the operator's own vault.", evidence: 'Evidence: both signed messages, field by field', firstMessage: 'First', secondMessage: 'Second', signed: 'The signature holds: this hard wallet signed it', notSigned: 'The signature does not hold',
    signatureUnknown: 'No certificate to check it by', differsIn: 'They differ in: {fields}.', field: 'Field', differs: 'differs', bytes: 'bytes {from}–{to}', log: 'The log that leads to it', close: 'Close the case',
    closeEffect: 'It leaves the list of open cases with your reason in the trail; its hard wallet stays blocked.', closeNext: 'The evidence is kept for good, under “All”.',
  },
  classes: {
    lead: 'For when a whole class of hard wallets can be trusted no more. See what it touches first; two risk officers throw it.', stop: 'Stop: {name}', active: 'Active hard wallets', others: 'besides {blocked} blocked, {closed} closed', inside: 'Known to be in them', insideNote: 'as far as their logs are held',
    fromThem: 'In flight from them', toThem: 'In flight to them', vouchers: '{count} vouchers', effectPurses: '{active} hard wallets of the class {name}, with {amount} in them, can no more pay those who have heard of it.',
    effectPayees: '{told} hard wallets hear of it at their next sync.', effectFlying: '{count} vouchers in flight ({amount}) that they paid before still count, and their holders may always unload.', next: "A second risk officer has to approve. Then it is on the blocklist at once, and cards never take it back.",
  },
  limits: {
    lead: 'Limits are data with a moment from which they hold; one person proposes, another approves.', propose: 'Propose new limits', now: 'In force', since: 'since', published: 'the published limits', category: 'Category', balance_fen: 'Balance', per_payment_fen: 'Per payment', per_day_fen: 'Per day', per_year_fen: 'Per year',
    bank_withdrawal: 'Save to bank', none: 'no limit', yes: 'yes', no: 'no', proposal: 'New limits', proposalAdvice: 'Change only what is to change, in yuan; empty means no limit.', validFrom: 'In force from (China)', preview: 'See whom it touches', unreadable: 'An amount cannot be read: two decimals at most.',
    touched: 'Wallets it would touch if it held now', next: 'A second risk officer has to approve; then it begins by itself.', touching: {
      wallets: 'Open wallets', newly_over: 'Newly over', over_balance: 'Over balance', over_per_payment: 'Over payment', over_per_day: 'Over day', over_per_year: 'Over year', loses_withdrawal: 'Lose save to bank',
    },
  },
  pattern: {
    lead: 'A hit is a reason to look, never a proof; nobody is blocked by it.', version: 'version {version}', unchanged: 'as it came', hitsAndTune: 'Hits and numbers', hours: '{count} hours', bounds: '{least} to {most}', hits: 'Hits now',
    hitsAdvice: 'Each says why; its id leads to the whole history.', noHits: 'No hits now.', more: 'There are more: tighten the numbers.', tune: 'Change the numbers', tuneAdvice: 'They hold as soon as they are saved. Earlier versions stay below and in the audit trail.', isOn: 'Look for this pattern', save: 'Save as a new version',
    versions: 'Versions', number: 'Version', changedAt: 'Changed', parameters: 'Numbers', state: 'State',
  },
}
