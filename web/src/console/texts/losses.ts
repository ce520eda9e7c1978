import type { Like } from '@shared/i18n'

export const lossesZh = {
  losses: {
    lead: '欺诈造成的缺口由运营机构库存承担，收款方不受影响。类别限额之内自动承担，之外须由两位风险人员决定。',
    title: '损失', purse: '硬钱包', lost: '备付金缺口', covered: '已承担', ceiling: '承担上限', due: '即将承担',
    beyond: '等待决定', vault: '库存可用', none: '没有损失', noneAdvice: '没有硬钱包被证实欺诈。',
    returned: '退回库存 {amount}', cover: '承担更多',
    coverTitle: '为 {id} 承担损失', upTo: '合计上限（元）', atLeast: '须高于现在的 {ceiling}。',
    unreadable: '金额无法识别，最多两位小数。',
    before: '现在', after: '之后', coveredRow: '库存承担', beyondRow: '仍等待', vaultRow: '库存',
    effect1: '批准后，运营机构库存为此硬钱包合计至多承担 {ceiling}。',
    effect2: '现在即转入备付金 {amount}；以后查明的缺口，到上限为止自动承担。',
    effectNothing: '现在没有可转的缺口；上限只对以后查明的有效。',
    short: '库存只有 {vault}：不足的部分待库存充足后再转。',
  },
  stalled: {
    title: '停止确认的硬钱包', lead: '它们收过被证实欺诈的资金，却声称早已知情或仍不知情。同步一次未确认属正常；多次则须查看卡片。',
    purse: '硬钱包', taken: '收到的欺诈资金', credits: '{count} 笔', syncs: '未确认的同步', since: '自',
    cheats: '付款方', none: '没有停止确认的硬钱包', noneAdvice: '收到欺诈资金的硬钱包，都在得知后恢复了确认。',
    act: '恢复确认', actTitle: '恢复确认 {id}',
    effect1: '至今入账的 {count} 笔、共 {amount} 视为善意取得：可以再同步、圈提和注销。',
    effect2: '此后再收到同一付款方的资金，不在此列。',
    next: '须由第二位风险人员批准；随后的下一次同步即得到确认。', looked: '只有查看过卡片才能提出。',
    note: '此硬钱包已停止确认：收过 {count} 笔、共 {amount} 的欺诈资金，{syncs} 次同步未确认。',
  },
}

export const lossesEn: Like<typeof lossesZh> = {
  losses: {
    lead: "What a cheat took from the float the operator's vault makes good, so that every payee is whole. Up to the class's limit it does so by itself; beyond that two risk officers decide.",
    title: 'Losses', purse: 'Hard wallet', lost: 'The float lacked', covered: 'Made good', ceiling: 'Up to',
    due: 'Due now', beyond: 'Waits for you', vault: 'In the vault', none: 'No losses',
    noneAdvice: 'No hard wallet was proved to cheat.', returned: '{amount} back to the vault', cover: 'Cover more',
    coverTitle: 'Cover the loss by {id}', upTo: 'Altogether up to (¥)', atLeast: 'More than {ceiling}, as it is now.',
    unreadable: 'The amount cannot be read: two decimals at most.', before: 'Now', after: 'Then',
    coveredRow: 'Made good by the vault', beyondRow: 'Still waits', vaultRow: 'In the vault',
    effect1: 'Once approved, the vault makes good for this hard wallet up to {ceiling} altogether.',
    effect2: '{amount} go to the float now; what turns out later is made good by itself, up to that.',
    effectNothing: 'There is nothing to be made good now; this is for what turns out later.',
    short: 'There are only {vault} in the vault: the rest moves when it has more.',
  },
  stalled: {
    title: 'Hard wallets that are not acknowledged',
    lead: "They took a proved cheat's money and seem to know of it, or will not hear of it. One sync without an acknowledgement is usual; after several, look at the card.",
    purse: 'Hard wallet', taken: "Cheats' money taken", credits: 'credits: {count}', syncs: 'Syncs refused',
    since: 'Since', cheats: 'From', none: 'Every hard wallet is acknowledged',
    noneAdvice: "Those that took a cheat's money have heard of it.", act: 'Acknowledge again',
    actTitle: 'Acknowledge {id} again',
    effect1: 'What it took so far, {amount} (credits: {count}), counts as taken in good faith: it can sync, unload and end again.',
    effect2: 'What it takes from those payers after that does not.',
    next: 'A second risk officer has to approve. Its next sync is then acknowledged.',
    looked: 'Only after somebody looked at the card.',
    note: "It is not acknowledged any more: it took {amount} of cheats' money (credits: {count}). Syncs refused: {syncs}.",
  },
}
