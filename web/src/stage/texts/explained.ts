// What each message means, and what each party knows, in plain words; docs/protocol.md has it whole.
import type { Like } from '@shared/i18n'

export const explainedZh = {
  steps: {
    select: {
      asked: '问：这里有硬钱包吗？',
      answered: '硬钱包说出自己的类别和状态。对天线不说编号，因此无法被跟踪。',
    },
    prepare: {
      asked: '请收款方的硬钱包写一张收款请求。',
      answered: '收款请求：金额和编号由收款硬钱包的内部密钥锁定，谁也改不了。',
    },
    pay: {
      asked: '把收款请求交给付款方的 SIM。从此刻到应答，只有 SIM 知道是否已付款。',
      answered: '付款凭证和证书：SIM 先签名、先记账，然后才应答。同一请求再问一次，得到同一张凭证。',
    },
    accept: {
      asked: '把凭证交给收款方的硬钱包，由它自己验证，不需要付款方在场，也不需要网络。',
      answered: '回执：签名有效、请求确实是自己的、从未入账，于是入账一次。',
    },
    state: {
      asked: '银行（或本机程序）出一个随机数，请硬钱包签署自己的状态。',
      answered: '签名的状态：余额、最新记录、已确认到哪一条。随机数证明它是新的。',
    },
    readLog: { asked: '读取一条记录。', answered: '一条记录：它与前一条用哈希相连，缺一条就能看出来。' },
    syncAck: {
      asked: '银行签字：记录已收到这里，硬钱包可以清理更早的记录。',
      answered: '硬钱包验证银行的签名后记下。',
    },
    blocklist: { asked: '带来被冻结硬钱包的名单。', answered: '硬钱包回答它的名单是第几期。' },
    void: {
      asked: '请收款硬钱包承诺：这张凭证永不入账。',
      answered: '签名的作废声明。有了它，付款方可以安全地把钱拿回来。',
    },
    undo: { asked: '把作废声明交给付款方的 SIM。', answered: 'SIM 验证声明后，把钱退回余额。' },
    verify: { asked: '校验硬钱包密码。', answered: '校验结果；先扣次数，再比较。' },
    arm: { asked: '在手机上授权一次免密碰一碰。', answered: '授权已记下，只对下一次付款有效。' },
    certificate: { asked: '请硬钱包出示证书。', answered: '证书：央行一级的密钥证明这是一个真的硬钱包。' },
    voucher: { asked: '请 SIM 重新出示一张凭证。', answered: '同一张凭证，一个字节也不差。' },
    syncs: {
      asked: '把签名的状态和记录带给银行。银行从这一刻起才知道离线付款。',
      answered: '银行的答复：确认到哪一条，还有什么要交给硬钱包。',
    },
    vouchers: {
      asked: '把途经本机的凭证带给银行。带的人不需要被信任：凭证自带签名。',
      answered: '银行逐张说明结果。',
    },
    loads: {
      asked: '请银行从钱包扣款，并为硬钱包签发一张圈存凭证。',
      answered: '银行签名的凭证：交给硬钱包后，钱就在芯片里。',
    },
    pursePayments: {
      asked: '收银机没有网络：由付款方的银行为它的请求签发凭证。',
      answered: '银行签名的凭证，收银机离线就能验证。',
    },
    command: { asked: '给硬钱包的一条指令。', answered: '硬钱包的应答。' },
    request: { asked: '给银行的一次请求。', answered: '银行的应答。' },
  },
  answers: {
    select: '类别与状态',
    prepare: '收款请求',
    pay: '付款凭证与证书',
    accept: '入账回执',
    state: '签名的状态',
    readLog: '一条记录',
    syncs: '确认与待交付',
    loads: '圈存凭证',
    void: '作废声明',
  },
  refused: '被拒绝：什么都没有改变。',
  unanswered: '没有应答。可能没有送到，也可能已经做了、只是应答丢了。所以每一步都可以原样再来一次，结果只会发生一次。',
  parties: { payer: '付款方的 SIM', reader: '收款方的程序', payee: '收款方的硬钱包', bank: '银行' },
  payer: {
    nothing: '还没有听说。',
    met: '说了自己是哪一类硬钱包，没有说是谁的。',
    'may-have-paid': '可能已经付款，此刻只有它自己知道。',
    paid: '已付款：余额减少，凭证留在记录里，直到银行确认收到。',
    refused: '拒绝付款，余额不变。',
    acknowledged: '已付款，银行已确认收到，可以清理这条记录。',
    'taken-back': '收款方签字作废，钱已退回余额。',
  },
  reader: {
    nothing: '还没有听说。',
    request: '拿着收款请求，不知道谁来付。',
    met: '知道碰到了一个硬钱包，不知道是谁的。',
    unknown: '不知道是否已付款。同一张卡再碰一次就知道，最多扣一次。',
    refused: '被拒绝：没有扣款。',
    voucher: '拿着凭证：可以转交，改不了，也花不掉。',
    receipt: '拿着回执：可以交付商品。',
  },
  payee: {
    nothing: '还没有听说。',
    asked: '知道要收多少钱，不知道谁来付。',
    'may-be-credited': '正在验证，可能已经入账。',
    credited: '验证通过，已入账，最终到账。不需要问任何人。',
    refused: '拒绝入账。钱在途中，不会丢。',
    voided: '已签字：永不入账。',
    acknowledged: '已入账，银行已确认收到记录。',
  },
  bank: {
    nothing: '什么都不知道。',
    voucher: '有了凭证的副本，还没有双方的记录。',
    'payer-told': '有了付款方的记录：知道这个 SIM 付了什么。',
    'payee-told': '有了收款方的记录：知道谁付了多少。',
    'both-told': '双方记录都有，账目对上。',
  },
}

export const explainedEn: Like<typeof explainedZh> = {
  steps: {
    select: {
      asked: 'Is there a purse here?',
      answered: 'The purse says its class and flags. To an antenna it tells no id, so nobody can be tracked.',
    },
    prepare: {
      asked: "The payee's purse is asked to write a request for money.",
      answered:
        "The request: its amount and number are locked with a key inside the payee's purse; nobody can change them.",
    },
    pay: {
      asked: "The request is shown to the payer's SIM. Until its answer is here, only the SIM knows whether it has paid.",
      answered:
        'Voucher and certificate. The SIM signs and writes its log first, and only then answers. The same request again gives the same voucher.',
    },
    accept: {
      asked: "The voucher is given to the payee's purse, which checks it by itself: the payer may have left, and no network is needed.",
      answered: 'The receipt: the signature is good, the request its own, and never credited before. So it is credited, once.',
    },
    state: {
      asked: 'A random number, for the purse to sign its state with.',
      answered: 'The signed state: balance, newest entry, what was acknowledged. The random number shows that it is fresh.',
    },
    readLog: {
      asked: 'One log entry, please.',
      answered: 'A log entry. It is chained to the one before by a hash: a missing one is seen.',
    },
    syncAck: {
      asked: "The bank's signed word: it holds the log up to here, so the purse may let older entries go.",
      answered: "The purse has checked the bank's signature and noted it.",
    },
    blocklist: {
      asked: 'News of blocked purses is brought.',
      answered: 'The purse says how new its list is.',
    },
    void: {
      asked: "The payee's purse is asked to promise that it will never credit this voucher.",
      answered: 'The signed promise. With it the payer can safely take the money back.',
    },
    undo: {
      asked: "The promise is brought to the payer's SIM.",
      answered: 'The SIM has checked it, and the money is back in its balance.',
    },
    verify: {
      asked: "The purse's PIN is checked.",
      answered: 'Right or wrong; a try is counted before it is compared.',
    },
    arm: {
      asked: 'On the phone, one tap without PIN is allowed.',
      answered: 'Noted; it holds for the next payment only.',
    },
    certificate: {
      asked: 'The purse is asked for its certificate.',
      answered: "The certificate: the authority's word that this is a genuine purse.",
    },
    voucher: {
      asked: 'The SIM is asked to show a voucher again.',
      answered: 'The same voucher, to the byte.',
    },
    syncs: {
      asked: 'The signed state and the log are brought to the bank. Only now does it hear of what was paid offline.',
      answered: "The bank's answer: up to where it acknowledges, and what is due to the purse.",
    },
    vouchers: {
      asked: 'Vouchers that came by are brought to the bank. Who carries them need not be trusted: they are signed.',
      answered: 'For each voucher, what became of it.',
    },
    loads: {
      asked: 'The bank is asked to debit the wallet and sign a voucher for the purse.',
      answered: "A voucher signed by the bank: once the purse has it, the money is in the chip.",
    },
    pursePayments: {
      asked: "The till has no network: the payer's bank is asked to sign a voucher for its request.",
      answered: 'A voucher signed by the bank, which the till can check without a network.',
    },
    command: { asked: 'A command to a purse.', answered: "The purse's answer." },
    request: { asked: 'A request to the bank.', answered: "The bank's answer." },
  },
  answers: {
    select: 'class and flags',
    prepare: 'the request',
    pay: 'voucher and certificate',
    accept: 'the receipt',
    state: 'the signed state',
    readLog: 'a log entry',
    syncs: 'acknowledgement, and what is due',
    loads: 'a voucher for the purse',
    void: 'the void statement',
  },
  refused: 'Refused: nothing has changed.',
  unanswered:
    'No answer came. Perhaps it never arrived; perhaps it was done, and only the answer got lost. So every step can be done again just as it was, and happens once.',
  parties: { payer: "Payer's SIM", reader: "Payee's program", payee: "Payee's purse", bank: 'Bank' },
  payer: {
    nothing: 'Has heard of nothing.',
    met: 'Has told its class, and not whose it is.',
    'may-have-paid': 'May have paid. Right now only it can tell.',
    paid: 'Has paid: its balance is less, and it keeps the voucher until its bank confirms it.',
    refused: 'Has refused; its balance is as it was.',
    acknowledged: 'Has paid, and its bank holds a copy: it may let the entry go.',
    'taken-back': 'The payee has signed that it never will take it: the money is back.',
  },
  reader: {
    nothing: 'Has heard of nothing.',
    request: 'Carries the request, and does not know who will pay.',
    met: 'Knows that a purse is there, and not whose.',
    unknown: 'Does not know whether it was paid. The same card again tells, and is charged once at most.',
    refused: 'Was refused: nothing was charged.',
    voucher: 'Carries the voucher: it can hand it on, not change it, not spend it.',
    receipt: 'Has the receipt: the goods can be handed over.',
  },
  payee: {
    nothing: 'Has heard of nothing.',
    asked: 'Knows how much it asked for, and not who will pay.',
    'may-be-credited': 'Is checking; it may be credited already.',
    credited: 'Has checked and credited it. Final, and nobody had to be asked.',
    refused: 'Has refused it. The money is on its way, and not lost.',
    voided: 'Has signed that it will never credit it.',
    acknowledged: 'Has credited it, and its bank holds the log.',
  },
  bank: {
    nothing: 'Knows nothing at all.',
    voucher: 'Has a copy of the voucher, and neither log yet.',
    'payer-told': "Has the payer's log: it knows what this SIM paid.",
    'payee-told': "Has the payee's log: it knows who paid how much.",
    'both-told': 'Has both logs, and the books agree.',
  },
}
