import type { Like } from '@shared/i18n'

export const controlZh = {
  approval: {
    lead: '一人提出，另一人批准；24 小时内无人批准则作废。', plain: '复核事项', waiting: '待复核', none: '没有待复核的事项', noneAdvice: '有同事提出时，左侧会出现数字。', proposedAt: '提出于', what: '事项', details: '内容', by: '提出人', state: '状态', colleague: '同事',
    decide: '去复核', propose: '提交复核', proposedNext: '由另一位有权限的同事在 24 小时内批准；批准后立即执行。', approve: '批准', approveTitle: '批准：{what}', approveNext: '立即执行，无法撤回；两人的姓名都会写入审计记录。', reject: '驳回', rejectTitle: '驳回：{what}',
    rejectEffect: '不会发生任何改变。', rejectNext: '提出人会看到您的理由，可以重新提出。', waitsForOther: '请另一位同事复核（{roles}）。', notYours: '须由以下角色复核：{roles}。', course: '经过', decidedAt: '复核于', carriedOutAt: '执行于', verdictReason: '理由', id: '编号',
    code: '一次性代码', codeAdvice: '请当面交给本人，用它在管理台首次登录时创建通行密钥。代码只能使用一次。', showCode: '显示代码', codeUntil: '有效至 {time}（中国时间）',
    told: {
      proposed: '须在 {time}（中国时间）前复核。', expired: '24 小时内无人批准，已作废。', rejected: '已驳回，没有任何改变。', approved: '已批准，正在执行。', done: '已批准并执行。', failed: '已批准，但规则不允许：{problem}。请重新提出。',
    },
    effect: {
      'pay-in-reserves': '登记运营机构缴存的准备金；之后可据此发行。', issue: '以质押的准备金向运营机构发行数字货币，进入其库存。', redeem: '从运营机构库存收回数字货币，并释放等额准备金。',
      limits: '从所示时间起，以下类别改用新限额。', 'category-one': '将此钱包升为一类：持有人已当面出示手机、身份证和银行卡。', unfreeze: '被员工冻结的钱包可以再次使用。',
      'new-pin': '持有人可在出示的这部手机上设置新的钱包 PIN。', 'refund-order': '将订单的全部或部分金额退还顾客，计入商户账户。', 'unblock-purse': '持有人可为此硬钱包设置新 PIN；余额不变。',
      'release-purse': '被员工冻结的硬钱包可以再次付款和圈存。', 'link-purse': '将收银机的硬钱包永久绑定到商户钱包。', 'add-staff': '新增一位员工；提出人将得到一次性代码，当面交给本人。',
      'renew-code': '为失去通行密钥的员工补发一次性代码。', 'block-class': '所有收款方得知后，不再接受此类硬钱包付款。卡上的名单不能撤回。', 'release-voucher': '结算这张因欺诈而暂扣的凭证。',
      'acknowledge-purse': '此硬钱包虽收到过欺诈资金，仍恢复对它的确认。', 'announce-key': '向所有卡公告一个密钥，或宣布一个密钥编号作废。', 'cover-loss': '允许运营机构库存为此硬钱包承担至多所示金额的损失。',
    },
    field: {
      operator_id: '运营机构', amount_fen: '金额', valid_from: '生效于（中国时间）', wallet_id: '钱包', reason: '理由', purse_class: '类别', payer_id: '付款方', entry: '序号', purse_id: '硬钱包', number: '编号', role: '用途', public_key: '公钥',
      ceiling_fen: '上限', device_id: '设备', resident_id_end: '身份证末四位', order_id: '订单', staff_id: '员工编号', name: '姓名', roles: '角色',
    },
  },
  money: {
    lead: '发行、回笼与准备金。由发行人提出，发行复核人批准。', propose: '提出', what: '事项', seeEffect: '查看影响', change: '改金额', before: '现在', after: '执行后', shortOfReserves: '准备金不足：请先缴存准备金，否则批准后无法执行。', shortOfVault: '库存不足：批准后无法执行。',
    approverAdvice: '发行由发行人提出；您可以在此复核：',
  },
  holders: {
    lead: '持有人在柜台或来电时的请求。每一项先说明影响，再确认。', lost: '手机或 SIM 丢失：立即冻结，等待期满后余额退回钱包。', unblock: '忘记硬钱包的 PIN 或已锁定：核实身份后由两人批准。', release: '员工冻结的硬钱包经查无误：由两位风险人员解除。',
    purseId: '硬钱包编号', purseIdAdvice: '16 位十六进制', goOn: '继续', findAdvice: '不知道编号？用手机号或钱包号查找：', walletPin: '重设钱包 PIN', walletPinAdvice: '忘记钱包支付密码：已见到本人、身份证和手机。编号在持有人手机的“设置 - 本机”中。',
    walletId: '钱包编号', deviceId: '设备编号', idEnd: '身份证末四位',
  },
  staff: {
    lead: '谁在这里工作、有哪些角色。新增与补发代码由两位管理员完成。', name: '姓名', roles: '角色', since: '自', state: '状态', id: '编号', add: '新增员工', addNext: '另一位管理员批准后，您在该事项的页面上取得一次性代码并当面交给本人。', renew: '补发代码', renewEffect: '此人旧的通行密钥作废，可用新代码再创建一个。',
    revoke: '撤销', revokeEffect: '此人立即被登出，并且再也不能登录。', revokeNext: '其过往的操作仍留在审计记录中。如需恢复，请作为新员工新增。',
  },
  trail: {
    lead: '员工的每一个操作，一环扣一环封印，改动必被发现。', number: '序号', at: '时间', who: '操作人', action: '操作', subject: '对象', details: '内容', installer: '安装程序', two: '{proposed} 提出，{approved} 批准', checking: '正在核验整条链…', holds: '链条完整：{count} 条记录与写入时一致',
    seal: '最后的封印', checkAgain: '重新核验', subjectId: '对象编号', since: '自（含）', until: '至（不含）', none: '没有这样的记录',
  },
  exports: {
    lead: '文件由银行现场生成；导出本身也写入审计记录。', supply: '货币总量', supplyAdvice: '等式与各运营机构的持有情况。', cases: '欺诈案件', casesAdvice: '全部案件与签名证据。', audit: '审计记录', auditAdvice: '全部或一段时间的记录，附链条核验结果。', csv: 'CSV 表格', pdf: 'PDF 文档', done: '已保存 {name}',
  },
  health: {
    level: { ok: '一切正常', attention: '有事项需要留意', failing: '有故障，请立即处理' }, figures: '运行数字', figuresAdvice: '自打开本窗口以来，每三秒一次；来自 /metrics。', backup: '最近备份：', backupAt: '{time}，{hours} 小时前', never: '从未备份', chartLabel: '{name}：{value}',
    chart: { requests: '请求', took: '平均应答时间', errors: '服务器错误', open: '在途凭证', due: '待结算凭证', webhooks: '待发通知' }, unit: { perSecond: '次/秒', ms: '毫秒', plain: '' },
  },
}

export const controlEn: Like<typeof controlZh> = {
  approval: {
    lead: 'One person proposes, another approves; what nobody approves within 24 hours is void.', plain: 'Approval', waiting: 'Waiting', none: 'Nothing waits', noneAdvice: 'When a colleague proposes something, a number shows on the left.', proposedAt: 'Proposed', what: 'What', details: 'Details', by: 'By', state: 'State', colleague: 'a colleague',
    decide: 'Decide', propose: 'Propose', proposedNext: 'Another colleague with the right role approves within 24 hours; then it is done at once.', approve: 'Approve', approveTitle: 'Approve: {what}', approveNext: 'It is done at once and cannot be taken back; both names stand in the audit trail.', reject: 'Reject', rejectTitle: 'Reject: {what}',
    rejectEffect: 'Nothing changes.', rejectNext: 'Who proposed it sees your reason and may propose it anew.', waitsForOther: 'A second person has to approve it ({roles}).', notYours: 'Somebody with one of these roles has to decide: {roles}.', course: 'Its course', decidedAt: 'Decided', carriedOutAt: 'Carried out', verdictReason: 'Reason', id: 'Id',
    code: 'One-time code', codeAdvice: 'Hand it over in person. With it, that person makes a passkey at the first sign-in. It works once.', showCode: 'Show the code', codeUntil: 'Good until {time} (China)',
    told: {
      proposed: 'To be decided until {time} (China).', expired: 'Nobody approved it within 24 hours.', rejected: 'Rejected; nothing has changed.', approved: 'Approved, and being carried out.', done: 'Approved and carried out.', failed: 'Approved, but the rules refused it: {problem}. Propose it anew.',
    },
    effect: {
      'pay-in-reserves': 'Takes in reserves that the operator has paid; digital cash can be issued against them.', issue: "Issues digital cash into the operator's vault, against reserves that are pledged for it.", redeem: "Takes digital cash back from the operator's vault, and frees as much of its reserves.",
      limits: 'From the moment shown these categories have other limits.', 'category-one': 'Raises this wallet to category I: its holder came in person with phone, ID and bank card.', unfreeze: 'A wallet that staff had frozen can be used again.',
      'new-pin': 'The holder may set a new wallet PIN on the phone that was shown.', 'refund-order': "Gives an order's money, or a part of it, back to the customer from the merchant's.", 'unblock-purse': 'The holder may choose a new PIN for this hard wallet; its money stays as it is.',
      'release-purse': 'A hard wallet that staff had blocked can pay and be loaded again.', 'link-purse': "Links a till's hard wallet to its merchant's wallet for good.", 'add-staff': 'Takes somebody on. Who proposed it gets a one-time code to hand over in person.',
      'renew-code': 'Gives a member of staff who lost the passkey another one-time code.', 'block-class': 'Every payee that hears of it takes nothing more from this class of hard wallets. Cards never take it back.', 'release-voucher': 'Settles this voucher, which was held back because of a cheat.',
      'acknowledge-purse': "Acknowledges this hard wallet again although it took a cheat's money.", 'announce-key': 'Tells every card of a key, or that a number serves nothing any more.', 'cover-loss': "Lets the operator's vault make good for this hard wallet, up to the amount shown.",
    },
    field: {
      operator_id: 'Operator', amount_fen: 'Amount', valid_from: 'In force from (China)', wallet_id: 'Wallet', reason: 'Reason', purse_class: 'Class', payer_id: 'Payer', entry: 'Entry', purse_id: 'Hard wallet', number: 'Number', role: 'For', public_key: 'Public key',
      ceiling_fen: 'Up to', device_id: 'Device', resident_id_end: 'End of the resident ID', order_id: 'Order', staff_id: 'Staff id', name: 'Name', roles: 'Roles',
    },
  },
  money: {
    lead: 'Issuing, redeeming and reserves. The issuer proposes, the approver approves.', propose: 'Propose', what: 'What', seeEffect: 'See the effect', change: 'Change the amount', before: 'Now', after: 'Then', shortOfReserves: 'There are not enough reserves: pay some in first, or it cannot be carried out.', shortOfVault: 'There is not enough in the vault: it cannot be carried out.',
    approverAdvice: 'The issuer proposes; what was proposed you decide at',
  },
  holders: {
    lead: 'What a holder at the desk or on the phone asks for. Each says what it does before it is confirmed.', lost: 'Phone or SIM lost: blocked at once, and after the horizon the money goes back to the wallet.', unblock: "The hard wallet's PIN is forgotten or blocked: once you know who asks, two of you allow a new one.", release: 'Staff blocked a hard wallet that is all right: two risk officers let it go.',
    purseId: 'Id of the hard wallet', purseIdAdvice: '16 hexadecimal digits', goOn: 'Go on', findAdvice: 'No id at hand? Find it by phone or wallet number:', walletPin: 'New wallet PIN', walletPinAdvice: "The wallet's PIN is forgotten: you have seen the person, the identity card and the phone. The ids are on the holder's phone, under its settings.",
    walletId: 'Id of the wallet', deviceId: 'Id of the device', idEnd: 'Last four of the resident ID',
  },
  staff: {
    lead: 'Who works here, and as what. Two administrators take somebody on, or give another code.', name: 'Name', roles: 'Roles', since: 'Since', state: 'State', id: 'Id', add: 'Take somebody on', addNext: "Another administrator has to approve; then the proposal's page shows you the one-time code to hand over in person.", renew: 'Another code', renewEffect: 'The old passkey is over; a new one can be made with the code.',
    revoke: 'Revoke', revokeEffect: 'This person is signed out at once and never gets in again.', revokeNext: 'What they did stays in the audit trail. To undo it, take them on anew.',
  },
  trail: {
    lead: 'Everything that staff did, sealed one onto the other, so that a change cannot hide.', number: 'No.', at: 'At', who: 'Who', action: 'What', subject: 'On what', details: 'Details', installer: 'the installer', two: 'proposed by {proposed}, approved by {approved}', checking: 'Checking the whole chain…', holds: 'The chain holds: {count} entries are as they were written',
    seal: 'Last seal', checkAgain: 'Check again', subjectId: 'Id of what', since: 'From day', until: 'Before day', none: 'No such entries',
  },
  exports: {
    lead: 'The bank makes the file now; that you exported it stands in the audit trail.', supply: 'Supply', supplyAdvice: 'The equation, and what each operator holds.', cases: 'Fraud cases', casesAdvice: 'All cases with their signed evidence.', audit: 'Audit trail', auditAdvice: 'All of it or a span of days, with the result of the check of the chain.', csv: 'CSV', pdf: 'PDF', done: '{name} is saved',
  },
  health: {
    level: { ok: 'All is well', attention: 'Something wants attention', failing: 'Something fails: act now' }, figures: 'Figures', figuresAdvice: 'Since this window was opened, every three seconds, from /metrics.', backup: 'Last backup:', backupAt: '{time}, {hours} hours ago', never: 'never', chartLabel: '{name}: {value}',
    chart: { requests: 'Requests', took: 'Mean time of an answer', errors: 'Server errors', open: 'Vouchers in flight', due: 'Vouchers due', webhooks: 'Webhooks waiting' }, unit: { perSecond: 'per second', ms: 'ms', plain: '' },
  },
}
