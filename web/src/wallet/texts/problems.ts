// The bank says what it refuses in both languages, and so does this phone's own program. Here is the
// Chinese of what comes in English only: from the telecom, and of what no rule has read.
export const problemsZh: Record<string, [happened: string, nextStep: string]> = {
  'amount-out-of-range': ['充值金额超出范围。', '请换一个金额。'],
  'bad-number': ['手机号不正确。', '请输入 11 位手机号。'],
  'bank-not-understood': ['运营商无法处理银行的答复。', '请稍后查看，或联系运营商。'],
  'bank-refused': ['银行未受理该笔充值。', '请换一个金额，或稍后再试。'],
  'bank-unavailable': ['银行暂时没有答复运营商，充值请求已保存。', '请稍后查看，或重试同一笔。'],
  'correlator-used': ['该编号已用于其他充值。', '请重新发起充值。'],
  'id-used': ['该编号已用于其他操作。', '请返回后重新发起。'],
  'invalid-input': ['填写的内容有误。', '请核对后再试。'],
  'line-closed': ['该号码已销户。', '请核对号码；已付的款项会退回。'],
  'line-unknown': ['没有这个号码。', '请核对号码。'],
  'not-found': ['没有找到。', '请返回后重试。'],
  'not-joined': ['运营商尚未接入银行。', '请稍后再试，或联系运营商。'],
  'not-through-the-network': ['运营商无法确认本机号码。', '请使用本机的移动网络，或改用短信验证码。'],
  'order-over': ['该充值订单已失效。', '请重新发起充值。'],
  'order-unknown': ['没有这笔充值订单。', '请重新发起充值。'],
  'unreadable-text': ['无法识别该内容。', '请重新扫描，或让对方重新出示。'],
}

/** No answer came: to something that may be done all the same, or to a mere question. */
export const silence = {
  asked: {
    detail: 'No answer came. It may be done, once at most.',
    detail_zh: '没有收到应答，可能已完成，但最多一次。',
    next_step: 'It is kept here: ask again with a network, and nothing is charged twice.',
    next_step_zh: '本机已保存，联网后再查一次，不会重复扣款。',
  },
  read: {
    detail: 'The bank cannot be reached just now.',
    detail_zh: '暂时连不上银行。',
    next_step: 'Try again with a network. The hard wallet works all the same.',
    next_step_zh: '联网后重试；硬钱包照常可用。',
  },
}
