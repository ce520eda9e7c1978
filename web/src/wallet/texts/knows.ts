import type { Like } from '@shared/i18n'

export const knowsZh = {
  title: '谁能看到什么',
  intro: '每一方能看到的，不多不少，如实写明。',
  how: '付款方式',
  online: '钱包付款（联网）',
  offline: '硬钱包碰一碰',
  sees: '能看到',
  not: '看不到',
  party: {
    shop: '商户',
    bank: '银行（运营机构）',
    telecom: '电信运营商',
    authority: '中央银行（发行方）',
    nearby: '身边带读卡器的人',
  },
  onlineSees: {
    shop: '金额、时间、订单，以及隐去大部分数字的钱包编号。',
    bank: '您付给谁、多少、何时，以及留言；实名后知道您的姓名和银行卡。',
    telecom: '您的手机号，以及为您作证开户的事实；话费充值的金额与号码。',
    authority: '各运营机构发行与回笼的总额。',
    nearby: '无。',
  },
  onlineNot: {
    shop: '您的姓名、手机号、余额、银行卡。',
    bank: '您买了什么（除非订单或留言写明）；您的支付密码原文。',
    telecom: '钱包余额，以及您付给其他人的款项。',
    authority: '任何一笔具体付款。本系统中它与银行同在一个程序内运行，有独立的账户、密钥和角色。',
    nearby: '任何内容。',
  },
  offlineSees: {
    shop: '金额、您的硬钱包编号（每次相同）和证书有效期。多家商户若合并记录，可以追踪同一个硬钱包。',
    bank: '付款当时：什么也看不到。同步后：完整记录，即与哪个硬钱包、多少。',
    telecom: '只有缴话费的凭证：写明充值的线路；经短信传送时，凭证经过其网络。',
    authority: '不参与付款；它只认证发卡密钥。',
    nearby: '靠近时只能读到硬钱包的类别和状态；免密限额内可能被恶意终端收款，记录会写明收款方。',
  },
  offlineNot: {
    shop: '您的姓名、手机号、余额、其他付款。',
    bank: '匿名硬钱包背后是谁；但同一编号的付款彼此可关联。',
    telecom: '您付给商户和朋友的款项。',
    authority: '任何一笔具体付款。',
    nearby: '编号、余额和记录：这些须您本人操作，或付款时才出示。',
  },
  honest: '本设计不对银行隐藏硬钱包的付款：中断付款的补送和伪造的发现都依赖完整记录。',
}

export const knowsEn: Like<typeof knowsZh> = {
  title: 'Who can see what',
  intro: 'What each party gets to see: no more and no less.',
  how: 'How you pay',
  online: 'From the wallet, online',
  offline: 'By a tap of the SIM',
  sees: 'sees',
  not: 'does not see',
  party: {
    shop: 'The shop',
    bank: 'The bank (operator)',
    telecom: 'The telecom',
    authority: 'The central bank (issuer)',
    nearby: 'Somebody near, with a reader',
  },
  onlineSees: {
    shop: 'The amount, the time, the order, and your wallet number with most digits hidden.',
    bank: 'Whom you pay, how much, when, and the note; once you are verified, your name and cards.',
    telecom: 'Your number, and that it vouched for it; the amount and line of phone top-ups.',
    authority: 'The totals that each operator has had issued and redeemed.',
    nearby: 'Nothing.',
  },
  onlineNot: {
    shop: 'Your name, number, balance or cards.',
    bank: 'What you bought, unless the order or note says so; your PIN as you type it.',
    telecom: 'Your balance, and what you pay to others.',
    authority:
      "Any single payment. In this system it runs within the bank's program, with accounts, keys and roles of its own.",
    nearby: 'Anything.',
  },
  offlineSees: {
    shop: "The amount, your hard wallet's id, the same each time, and how long its certificate lasts. Shops that join their records can follow one hard wallet.",
    bank: 'At the tap: nothing. After a sync: the whole log, with which hard wallet and how much.',
    telecom:
      'Only vouchers that pay a phone bill: they name the line; by SMS they travel through its network.',
    authority: 'It takes no part; it certifies the keys of those who issue cards.',
    nearby:
      'Close by, no more than the class and state of your hard wallet. A hostile terminal could take what needs no PIN; the log then names its payee.',
  },
  offlineNot: {
    shop: 'Your name, number, balance or other payments.',
    bank: 'Who is behind an anonymous hard wallet; though its payments are linked by its id.',
    telecom: 'What you pay to shops and friends.',
    authority: 'Any single payment.',
    nearby: 'Its id, balance or log: they need you, or a payment.',
  },
  honest:
    'This design hides nothing of the SIM from its bank: delivering torn payments and finding forgeries both need the whole log.',
}
