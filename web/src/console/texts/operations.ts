import type { Like } from '@shared/i18n'

export const operationsZh = {
  overview: {
    supply: '数字货币总量', issued: '发行总量', wallets: '个人钱包', merchants: '商户钱包', float: '硬钱包备付', vaults: '运营机构库存', reserves: '可用准备金',
    balanced: '等式成立，分毫不差', unbalanced: '等式不成立！请立即核查账本', late: '银行暂无应答，以下是最近一次的数字。',
    differences: '差额 {difference} · 无准备金 {uncovered} · 已质押准备金 {pledged}',
    wrong: '需要关注', allFindings: '全部检查项', allWell: '一切正常：{count} 项检查均无异常。',
    inFlightByAge: '在途资金（按时长）', inFlight: '在途', due: '待账本处理', oldest: '最早一笔', vouchers: '{count} 张凭证', seeVouchers: '查看凭证',
    movement: '资金分布变化', movementAdvice: '自打开本窗口以来，每四秒一次。', movementLabel: '{count} 次读数的资金分布',
    operators: '各运营机构', operator: '运营机构', hours: '{from}–{to} 时', days: '{from}–{to} 天', olderDays: '{days} 天以上',
  },
  search: {
    lead: '凭手中的任何线索查找。查询个人资料会写入审计记录，号码与姓名均已脱敏。', find: '查找', found: '找到 {count} 项',
    nothing: '没有找到', nothingAdvice: '请检查号码是否完整：手机号 11 位、硬钱包编号 16 位十六进制、凭证写作“付款方/序号”。',
  },
  wallet: {
    title: '钱包 {number}', plain: '钱包', lead: '您查看了此钱包，已写入审计记录。', balance: '余额', available: '可用', held: '冻结中', status: '状态', kind: '种类',
    category: '类别', phone: '手机号', name: '姓名', merchant: '商户', devices: '已登记设备', opened: '开立于', frozen: '冻结于', closed: '注销于', id: '编号',
    limits: '现行限额', purses: '硬钱包', noPurses: '没有绑定硬钱包。',
  },
  walletActs: {
    freeze: '冻结钱包', freezeEffect1: '此钱包立即不能付款、转账、兑换或圈存；仍可收款。', freezeEffect2: '已绑定的硬钱包不受影响，如需停用请单独冻结。',
    freezeNext: '一人即可冻结；解冻须由两人完成。', unfreeze: '申请解冻', unfreezeEffect: '批准后，持有人可恢复使用此钱包。',
  },
  purse: {
    title: '硬钱包 {id}', lead: '您查看了此硬钱包，已写入审计记录。', id: '编号', class: '类别', status: '状态', known: '已知余额', knownNote: '依据日志第 {entry} 条',
    paid: '累计付出', received: '累计收到', flights: '{count} 张凭证，{flying} 张在途', owed: '应付给它', owedNote: '下次圈存时带入', wallet: '绑定的钱包',
    noWallet: '无（匿名）', synced: '最近同步', acknowledged: '已确认', entryOf: '第 {acknowledged} / {entry} 条', epoch: '黑名单版本', epochOf: '{epoch}（最新 {newest}）',
    certified: '证书有效至', registered: '登记于', lost: '挂失于', horizon: '余额退回日', flagged: '认定欺诈于', accused: '此硬钱包涉嫌欺诈。',
    accusedAdvice: '它已被冻结并列入黑名单；收款方已收到的钱不受影响。', openCase: '案件 {number}', records: '记录', history: '全部经历', log: '芯片日志',
    when: '时间', what: '事项', amount: '金额', other: '对方', voucher: '凭证', outcome: '结果', entry: '序号', funds: '之后余额', atEntry: '第 {entry} 条',
    entryShort: '第 {entry} 号', noHistory: '尚无记录。', noLog: '尚未收到日志。', noLogAdvice: '硬钱包同步后，日志会出现在这里。',
  },
  purseActs: {
    lost: {
      title: '挂失', done: '挂失', effect1: '立即冻结并列入黑名单：得知的收款方不再接受，也不能再圈存。', effect2: '挂失前离线付出的款项仍然有效，因此需要等待至退回日。',
      next: '等待期（通常 30 天）满后，已知余额自动退回其钱包；在此之前持有人可自行找回。',
    },
    unblock: {
      title: '重设 PIN', done: '提交', effect1: '允许持有人为这张硬钱包设置新 PIN。', effect2: '余额与交易不变；旧 PIN 与错误次数作废。',
      next: '须由第二位同事批准；之后持有人在自己的手机上设置新 PIN，下次同步时写入芯片。',
    },
    block: {
      title: '冻结硬钱包', done: '立即冻结', effect1: '立即列入黑名单：得知的收款方不再接受它付款。', effect2: '不再向它圈存；收款方已收到的钱不受影响。',
      next: '黑名单随每次同步和碰一碰扩散。解除冻结须由两位风险人员完成。',
    },
    release: {
      title: '解除冻结', done: '提交', effect1: '批准后，此硬钱包可以再次付款和圈存。', effect2: '卡上的黑名单只增不减：已得知的收款方在遗忘之前仍会拒绝它。',
      next: '须由第二位风险人员批准。被证实欺诈的硬钱包不能解除。',
    },
  },
  voucher: {
    title: '凭证第 {entry} 号', lead: '一张凭证只有一个最终结果。', amount: '金额', payer: '付款方（签署人）', payee: '收款方', entry: '付款方日志序号', reference: '业务参考',
    id: '编号', life: '它的一生', release: '申请放行', releaseEffect: '批准后，这张被暂扣的凭证的款项将被结算。', cameIn: '收到于', voucher: '凭证', kind: '类型', state: '状态',
    which: '哪些凭证', listLead: '在途、被拒付和退回的凭证；点开可看它的一生。', none: '没有这样的凭证', noneAdvice: '这是好事：没有需要处理的。', sent: '已发送 {count} 次',
    list: { undelivered: '未送达', due: '待结算', declined: '被拒付', returned: '已退回或转入' },
    listAdvice: {
      undelivered: '收款方尚未显示入账，也未拒收。先到的在前。', due: '账本应记而未记的款项。先到的在前。', declined: '授权付款，其钱包未能支付。',
      returned: '收款方再也不能收取，已退回付款人或转入收款人钱包。',
    },
    station: { signed: '硬钱包签署', 'came-in': '送达银行', clone: '发现同号凭证', waits: '等待', ended: '结束', 'under-way': '进行中' },
    told: {
      signed: '付款方的安全芯片签署了它，并写入自己的日志。', 'came-in': '由付款方或收款方的设备带来，签名已核验。', clone: '同一编号的另一张凭证到达：存在克隆。',
      waits: '等待处理。', 'under-way': '收款方下次同步即显示入账；或即将处理。',
    },
    endedAs: {
      settled: '收款方的日志已显示入账，或账本已记账。', undone: '付款方的日志显示已撤回，没有资金移动。', declined: '钱包未支付，没有资金移动。',
      redirected: '收款方不能再收取，款项转入其钱包。', refunded: '收款方不会再收取，款项退回付款人。', null: '',
    },
    waiting: {
      Itwaitsthepayerspurseisnotregisteredhere: '付款方的硬钱包未在本行登记。', Itwaitsthepayeeisnothostedhere: '收款方非本行托管。',
      Itwaitstoberefundedthepayeeissuednoreque: '等待退回：收款方没有发出这样的请求。', Itwaitstoberefundedanothervouchersettled: '等待退回：该请求已由另一张凭证结算。',
      Itwaitsthebooksdonottakeitseethewalletan: '账本未受理，请查看钱包与备付。', Itwaitsforitspursesnextsyncmorethaniskno: '等待硬钱包下次同步：金额超过已知余额。',
      Itwaitsfortheriskofficersitspursewasprov: '等待风险人员：其硬钱包被证实欺诈。', Itwaitsitspursetookaprovedcheatsmoneyand: '其硬钱包收到过欺诈资金，须同步两次。',
      Itwaitsitspursewhichwaslostisbeingpaidou: '其硬钱包已挂失，正在退款。', Itwaitsforabankcardwhichisaskedforwhatth: '等待银行卡补足差额。',
      Itwaitsnothingsayswhichwalletitgoesbackt: '不知应退回哪个钱包。',
    },
  },
  runs: {
    title: '清算批次', lead: '批量提交的凭证文件：进度、入库、重复与拒收。', begun: '开始于', finished: '完成于', batch: '文件 SHA-256', progress: '进度', stored: '新入库', duplicates: '重复',
    duplicatesNote: '早已收到，只计一次', rejected: '拒收', settleFile: '提交凭证文件', doneOf: '{done} / {records}', repeated: '此文件早已清算，没有任何变化。',
    settledNow: '已清算：新入库 {stored}，重复 {duplicates}。', none: '尚无清算批次', noneAdvice: '提交收银机或其他机构写成的凭证文件，或运行 zerobar bank settle。',
    rejects: '拒收的记录', byReason: '按原因', place: '第几条', why: '原因', record: '记录摘要', refusedAt: '拒收于', noRejects: '没有拒收的记录。',
  },
  merchant: {
    plain: '商户', listLead: '商户、门店与收银机，以及它们尚待处理的款项。', name: '名称', status: '状态', category: '行业代码', shops: '门店', tills: '收银机', balance: '余额', openRefunds: '未完退款',
    lastPaid: '最近收款', none: '尚无商户', noneAdvice: '商户由运营人员通过接口签约，见 /docs。', latin: '英文名', credit: '统一社会信用代码', account: '结算账户', bank: '开户行', wallet: '钱包',
    webhook: '通知地址', noWebhook: '未设置', opened: '签约于', suspended: '停业于', id: '编号', suspend: '停业', suspendEffect: '立即不能收款、不能新建订单；已收的钱仍属于商户，员工仍可代为退款。',
    suspendNext: '随时可恢复，一人即可。', resume: '恢复营业', resumeEffect: '商户立即可以继续收款。', resumeNext: '停业期间未处理的退款会继续。',
  },
  refund: {
    lead: '商户或员工发起的退款，每笔只退一次。', asked: '申请于', number: '退款号', merchant: '商户', order: '订单', amount: '金额', state: '状态', reason: '原因', tries: '已试 {count} 次', none: '没有这样的退款',
    which: { all: '全部', open: '处理中', done: '已退款', refused: '被拒绝' },
  },
  reconciliation: {
    lead: '每天与银行卡侧对账单逐笔核对。', days: '按日', day: '日期', lines: '对账单笔数', matched: '一致', paidIn: '卡付入', paidOut: '付到卡', transferred: '转商户', differing: '差异', made: '核对于',
    none: '尚无对账结果', noneAdvice: '中国时间一天结束后，自动获取对账单。', agrees: '全部一致，没有差异。', subject: '对象', how: '差异', reference: '参考号', ours: '本行', theirs: '银行',
  },
  cardOrder: {
    stranded: '滞留的退款', overdue: '超过一天未完的银行卡指令', strandedNone: '没有滞留的退款。', overdueNone: '没有超期的指令。', asked: '发起于', kind: '种类', order: '指令', wallet: '钱包', amount: '金额',
    why: '原因', tries: '已问 {count} 次', retry: '重试', retryEffect: '以新的指令再次把这笔钱退到卡或钱包；不会重复退款。', retryNext: '结果出来后，此行会消失或显示新的原因。',
  },
  blocklist: {
    lead: '被拒收的硬钱包与类别，以及名单已到达多少硬钱包。', now: '当前名单', blocked: '名单上', version: '版本', reached: '已到达', reachedNote: '{all} 个硬钱包中的 {up} 个', made: '更新于', reach: '各版本的覆盖',
    reachAdvice: '名单随同步和碰一碰传播；未联网的设备要晚一些才知道。', never: '从未告知', versionOf: '版本 {epoch}', purses: '{count} 个', ids: '名单内容', id: '硬钱包或类别', epoch: '列入版本',
    added: '列入于', none: '名单为空。', wholeClass: '整个类别：{name}',
  },
}

export const operationsEn: Like<typeof operationsZh> = {
  overview: {
    supply: 'Digital cash', issued: 'Issued', wallets: "People's wallets", merchants: "Merchants' wallets", float: 'Float behind hard wallets', vaults: 'Vaults', reserves: 'Free reserves',
    balanced: 'It balances, to the fen', unbalanced: 'It does not balance! Check the books now', late: 'The bank does not answer just now; these are its last figures.',
    differences: 'difference {difference} · uncovered {uncovered} · reserves pledged {pledged}',
    wrong: 'What needs looking at', allFindings: 'All checks', allWell: 'All is well: {count} checks found nothing.',
    inFlightByAge: 'In flight, by age', inFlight: 'In flight', due: 'Due in the books', oldest: 'Oldest', vouchers: '{count} vouchers', seeVouchers: 'See the vouchers',
    movement: 'Where the money is', movementAdvice: 'Since this window was opened, every four seconds.', movementLabel: 'Where the money was, in {count} readings',
    operators: 'By operator', operator: 'Operator', hours: '{from}–{to} h', days: '{from}–{to} d', olderDays: 'over {days} d',
  },
  search: {
    lead: "By whatever is at hand. Searching is written into the audit trail; numbers and names are masked.", find: 'Find', found: '{count} found',
    nothing: 'Nothing found', nothingAdvice: 'See that it is whole: a phone has 11 digits, a hard wallet 16 hexadecimal ones, and a voucher is written payer/entry.',
  },
  wallet: {
    title: 'Wallet {number}', plain: 'Wallet', lead: 'That you looked at this wallet stands in the audit trail.', balance: 'Balance', available: 'Available', held: 'Held', status: 'State', kind: 'Kind',
    category: 'Category', phone: 'Phone', name: 'Name', merchant: 'Merchant', devices: 'Devices', opened: 'Opened', frozen: 'Frozen', closed: 'Closed', id: 'Id',
    limits: 'Limits in force', purses: 'Hard wallets', noPurses: 'No hard wallet is linked.',
  },
  walletActs: {
    freeze: 'Freeze', freezeEffect1: 'At once this wallet cannot pay, transfer, exchange or load; it can still be paid.', freezeEffect2: 'Linked hard wallets go on; block them by themselves where that is needed.',
    freezeNext: 'One person freezes; letting it go again takes two.', unfreeze: 'Propose to unfreeze', unfreezeEffect: 'Once it is approved the holder can use this wallet again.',
  },
  purse: {
    title: 'Hard wallet {id}', lead: 'That you looked at it stands in the audit trail.', id: 'Id', class: 'Class', status: 'State', known: 'Known to be in it', knownNote: 'by its log up to entry {entry}',
    paid: 'Paid', received: 'Received', flights: '{count} vouchers, {flying} in flight', owed: 'Owed to it', owedNote: 'comes with its next load', wallet: 'Linked wallet',
    noWallet: 'none (anonymous)', synced: 'Last sync', acknowledged: 'Acknowledged', entryOf: 'entry {acknowledged} of {entry}', epoch: 'Blocklist', epochOf: 'version {epoch} (newest {newest})',
    certified: 'Certified until', registered: 'Registered', lost: 'Reported lost', horizon: 'Paid out on', flagged: 'Proved to cheat', accused: 'This hard wallet was proved to cheat.',
    accusedAdvice: 'It is blocked and on the blocklist; payees keep what they took.', openCase: 'Case {number}', records: 'Records', history: 'Whole history', log: 'Log of the chip',
    when: 'When', what: 'What', amount: 'Amount', other: 'Other side', voucher: 'Voucher', outcome: 'Outcome', entry: 'Entry', funds: 'Then in it', atEntry: 'entry {entry}',
    entryShort: 'entry {entry}', noHistory: 'Nothing yet.', noLog: 'No log has come in yet.', noLogAdvice: 'It is here once the hard wallet has synced.',
  },
  purseActs: {
    lost: {
      title: 'Report lost', done: 'Report it lost', effect1: 'It is blocked at once and on the blocklist: payees that heard of it refuse it, and it cannot be loaded.',
      effect2: 'What it paid offline before still counts, and so has to be waited for.',
      next: 'After the horizon, usually thirty days, what is known to be in it goes to its wallet by itself. Until then the holder may find it again.',
    },
    unblock: {
      title: 'New PIN', done: 'Propose', effect1: 'Its holder may choose a new PIN for this hard wallet.', effect2: 'Its money stays as it is; the old PIN and the wrong tries are over.',
      next: 'A second colleague has to approve. Then the holder chooses the PIN on the own phone, and the next sync brings it to the chip.',
    },
    block: {
      title: 'Block', done: 'Block it now', effect1: 'It is on the blocklist at once: payees that heard of it take nothing more from it.', effect2: 'It cannot be loaded any more; payees keep what they took before.',
      next: 'The list spreads by every sync and tap. Letting it go again takes two risk officers.',
    },
    release: {
      title: 'Release', done: 'Propose', effect1: 'Once approved, this hard wallet can pay and be loaded again.', effect2: "Cards' blocklists only grow: a payee that heard of it refuses it until it forgets.",
      next: 'A second risk officer has to approve. One that was proved to cheat is never released.',
    },
  },
  voucher: {
    title: 'Voucher {entry}', lead: 'A voucher has exactly one outcome.', amount: 'Amount', payer: 'Payer, who signed it', payee: 'Payee', entry: "Entry of the payer's log", reference: 'Reference',
    id: 'Id', life: 'Its life', release: 'Propose to release', releaseEffect: 'Once approved, the money of this voucher, which is held back, is settled.', cameIn: 'Came in', voucher: 'Voucher', kind: 'Kind', state: 'State',
    which: 'Which vouchers', listLead: 'Those on their way, declined or returned; open one to see its life.', none: 'No such vouchers', noneAdvice: 'That is good: nothing needs a person.', sent: 'sent {count} times',
    list: { undelivered: 'Undelivered', due: 'Due', declined: 'Declined', returned: 'Returned' },
    listAdvice: {
      undelivered: 'Their payee has shown no credit yet, nor refused. The oldest first.', due: 'Money of the books is to move and has not yet. The oldest first.', declined: 'Authorisations that the wallet behind them did not pay.',
      returned: "Their payee can take them no more: refunded to the payer, or redirected to the payee's wallet.",
    },
    station: { signed: 'Signed by the chip', 'came-in': 'Came to the bank', clone: 'A second one came in', waits: 'Waits', ended: 'Ended', 'under-way': 'Under way' },
    told: {
      signed: "The payer's secure element signed it and wrote it into its log.", 'came-in': "A payer's or payee's device brought it; its signature holds.", clone: 'Another voucher of the same number came in: a clone.',
      waits: 'It waits.', 'under-way': "The payee's next sync shows its credit, or it is about to be decided.",
    },
    endedAs: {
      settled: "Its payee's log shows the credit, or the books moved it.", undone: "Its payer's log shows that it was taken back.", declined: 'The wallet did not pay it.',
      redirected: "It went to the payee's wallet.", refunded: 'It went back to the payer.', null: '',
    },
    waiting: {
      Itwaitsthepayerspurseisnotregisteredhere: 'The payer is not registered here.', Itwaitsthepayeeisnothostedhere: 'The payee is not hosted here.',
      Itwaitstoberefundedthepayeeissuednoreque: 'The payee issued no request like it.', Itwaitstoberefundedanothervouchersettled: 'Another voucher settled the request.',
      Itwaitsthebooksdonottakeitseethewalletan: 'The books do not take it.', Itwaitsforitspursesnextsyncmorethaniskno: "It waits for its purse's next sync.",
      Itwaitsfortheriskofficersitspursewasprov: 'It waits for the risk officers.', Itwaitsitspursetookaprovedcheatsmoneyand: "Its purse took a cheat's money.",
      Itwaitsitspursewhichwaslostisbeingpaidou: 'Its purse is being paid out.', Itwaitsforabankcardwhichisaskedforwhatth: 'It waits for a bank card.',
      Itwaitsnothingsayswhichwalletitgoesbackt: 'Nothing says which wallet it goes back to.',
    },
  },
  runs: {
    title: 'Settlement run', lead: 'Files of vouchers: how far they are, what was new, what was known and what was refused.', begun: 'Begun', finished: 'Finished', batch: 'SHA-256 of the file', progress: 'Progress', stored: 'New', duplicates: 'Known',
    duplicatesNote: 'had come in before; counted once', rejected: 'Refused', settleFile: 'Settle a file', doneOf: '{done} of {records}', repeated: 'This file was settled before; nothing has changed.',
    settledNow: 'Settled: {stored} new, {duplicates} known before.', none: 'No runs yet', noneAdvice: 'Bring a file of vouchers as a till or another operator wrote it, or run zerobar bank settle.',
    rejects: 'Refused records', byReason: 'By reason', place: 'Record', why: 'Why', record: 'Hash of the record', refusedAt: 'Refused', noRejects: 'Nothing was refused.',
  },
  merchant: {
    plain: 'Merchant', listLead: 'Merchants with their shops and tills, and what is still open with them.', name: 'Name', status: 'State', category: 'Category code', shops: 'Shops', tills: 'Tills', balance: 'Balance', openRefunds: 'Open refunds',
    lastPaid: 'Last paid', none: 'No merchants yet', noneAdvice: 'Operations take them on over the interface, see /docs.', latin: 'In Latin letters', credit: 'Credit code', account: 'Settlement account', bank: 'Bank', wallet: 'Wallet',
    webhook: 'Notices go to', noWebhook: 'nowhere', opened: 'Since', suspended: 'Suspended', id: 'Id', suspend: 'Suspend', suspendEffect: 'At once it cannot be paid and makes no orders. What it earned stays its own, and staff can still refund its customers.',
    suspendNext: 'One person may let it go on at any time.', resume: 'Let it go on', resumeEffect: 'The merchant can be paid again at once.', resumeNext: 'Refunds that waited go on.',
  },
  refund: {
    lead: 'What merchants or staff asked to give back; each is given back once.', asked: 'Asked', number: 'Number', merchant: 'Merchant', order: 'Order', amount: 'Amount', state: 'State', reason: 'Reason', tries: 'tried {count} times', none: 'No such refunds',
    which: { all: 'All', open: 'Under way', done: 'Done', refused: 'Refused' },
  },
  reconciliation: {
    lead: "Each day's statement of the cards' bank, compared booking by booking.", days: 'By day', day: 'Day', lines: 'Lines', matched: 'Agree', paidIn: 'From cards', paidOut: 'To cards', transferred: 'To merchants', differing: 'Differ', made: 'Compared',
    none: 'Nothing compared yet', noneAdvice: "When a day in China is over its statement is fetched by itself.", agrees: 'Everything agrees.', subject: 'What', how: 'How', reference: 'Reference', ours: 'Here', theirs: 'At the bank',
  },
  cardOrder: {
    stranded: 'Stranded refunds', overdue: 'Orders to cards, pending for over a day', strandedNone: 'No refund is stranded.', overdueNone: 'None is overdue.', asked: 'Asked', kind: 'Kind', order: 'Order', wallet: 'Wallet', amount: 'Amount',
    why: 'Why', tries: 'asked {count} times', retry: 'Try again', retryEffect: 'Another order takes this money to the card or the wallet; it is never given back twice.', retryNext: 'The line goes once it is placed, or shows a new reason.',
  },
  blocklist: {
    lead: 'Hard wallets and classes that are refused, and how far that is known.', now: 'The list', blocked: 'On it', version: 'Version', reached: 'Reached', reachedNote: '{up} of {all} hard wallets', made: 'Made', reach: 'Reach by version',
    reachAdvice: 'The list spreads by syncs and taps; who is offline hears of it later.', never: 'never told', versionOf: 'version {epoch}', purses: '{count}', ids: "What is on it", id: 'Hard wallet or class', epoch: 'Since version',
    added: 'Added', none: 'Nothing is on the list.', wholeClass: 'Whole class: {name}',
  },
}
