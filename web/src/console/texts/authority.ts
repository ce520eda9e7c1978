import type { Like } from '@shared/i18n'

export const authorityZh = {
  operators: {
    title: '运营机构', name: '名称', since: '登记于', id: '编号', none: '没有运营机构', add: '登记运营机构',
    effect: '“{name}”可以缴存准备金并接受发行；登记本身不发行任何货币。', next: '随后由发行人提出缴存与发行。',
  },
  keys: {
    lead: '运营机构，以及所有卡都应知道的密钥。公告随每次同步送达。', title: '密钥', number: '编号', role: '用途',
    state: '状态', key: '公钥', first: '首日', at: '公告于', approval: '复核事项', none: '没有公告过密钥',
    noneAdvice: '本行自用的密钥在制卡时已写入。', announce: '公告密钥', what: '内容',
    serves: '新密钥', dead: '作废编号', publicKey: '公钥', numberAdvice: '0 至 255',
    own: '本行自己使用编号 {number}：先让本行改用别的编号。', fixed: '编号 {number} 的用途已是“{role}”，卡永不改变。',
    effectServes: '每张同步的卡都会信任编号 {number} 的新密钥，用途：{role}。',
    effectReplaces: '它取代卡上该编号现有的密钥。',
    effectDead: '每张同步的卡都不再接受编号 {number} 的密钥签发的任何东西。',
    effectCertificates: '由它认证的硬钱包，须换发证书才能再付款。',
    next: '须由发行复核人批准；批准后立即由根密钥签署，随每次同步送达。不能撤回，只能再次公告。',
  },
  account: {
    title: '我的账号', lead: '您的角色与通行密钥。关闭遗失或不再使用的通行密钥。', roles: '角色', name: '姓名', until: '本次登录有效至',
    passkeys: '通行密钥', label: '名称', registered: '登记于', used: '最近使用', id: '编号', none: '没有通行密钥',
    close: '关闭', closeTitle: '关闭通行密钥“{label}”', effect: '它立即不能再登录；您的所有登录，包括本窗口，随即结束。',
    last: '这是您唯一的通行密钥：没有它您无法登录，须由两位管理员补发代码。',
    others: '您还有 {count} 个通行密钥，可以用它们登录。', next: '您将被登出。', more: '需要另一个通行密钥？请两位管理员为您补发代码。',
    open: '我的账号',
  },
}

export const authorityEn: Like<typeof authorityZh> = {
  operators: {
    title: 'Operators', name: 'Name', since: 'Registered', id: 'Id', none: 'No operators',
    add: 'Register an operator',
    effect: '“{name}” may pay in reserves and be issued to. Registering it issues nothing.',
    next: 'The issuer proposes its reserves and what is issued to it.',
  },
  keys: {
    lead: 'Operators, and the keys that every card is to know. Each sync carries what was announced.',
    title: 'Keys', number: 'Number', role: 'For', state: 'State', key: 'Public key', first: 'First day',
    at: 'Announced', approval: 'Approval', none: 'No key was announced',
    noneAdvice: "This bank's own keys were put on the cards when they were made.", announce: 'Announce a key',
    what: 'What', serves: 'A new key', dead: 'A number is dead', publicKey: 'Public key', numberAdvice: '0 to 255',
    own: 'This bank signs with number {number} itself: let it sign with another first.',
    fixed: 'Number {number} is “{role}”, which cards keep for ever.',
    effectServes: 'Every card that syncs trusts a new key under number {number}, for: {role}.',
    effectReplaces: 'It takes the place of the one that cards have under that number.',
    effectDead: 'No card that has synced takes anything any more that key {number} has signed.',
    effectCertificates: 'Hard wallets that it certified need another certificate before they can pay.',
    next: 'The authority’s approver has to approve. Then the root signs it, and every sync carries it. It cannot be taken back, only announced anew.',
  },
  account: {
    title: 'Your account', lead: 'Your roles and your passkeys. Close one that is lost or not used any more.',
    roles: 'Roles', name: 'Name', until: 'Signed in until', passkeys: 'Passkeys', label: 'Name',
    registered: 'Made', used: 'Last used', id: 'Id', none: 'No passkeys', close: 'Close',
    closeTitle: 'Close the passkey “{label}”',
    effect: 'It opens nothing any more, from this moment, and you are signed out everywhere, also here.',
    last: 'It is your only one: you cannot sign in until two administrators give you another code.',
    others: 'You have {count} more to sign in with.', next: 'You are signed out.',
    more: 'Need another passkey? Two administrators give you another code.', open: 'Your account',
  },
}
