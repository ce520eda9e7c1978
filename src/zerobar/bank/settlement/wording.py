"""What is said of a voucher, in English and Chinese: to who paid it, who is paid, and to staff."""

from __future__ import annotations

from typing import Final

from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.purse.messages import Kind, Voucher
from zerobar.reader.sentences import Sentence

_SIGNED: Final = Sentence(
    "Purse {payer} made {kind} of {amount} to {payee} as its entry {entry}.",
    zh="硬钱包 {payer} 签署了付给 {payee} 的{kind} {amount}，为其日志第 {entry} 条。",
)
CAME_IN: Final = Sentence("It came in, and its signature holds.", zh="已送达银行，签名核验无误。")
FORKED: Final = Sentence(
    "Another voucher with the same entry came in: a clone.",
    zh="同一序号的另一张凭证也已送达：存在克隆。",
)
FOR_PAYEE: Final = Sentence(
    "It moves no money of the books; the payee's next sync shows its credit.",
    zh="账本无需记账；收款方下次同步即显示入账。",
)
WAITING: Final = {
    Waiting.PAYER_UNKNOWN: Sentence(
        "It waits: the payer's purse is not registered here.",
        zh="等待：付款方的硬钱包未在本行登记。",
    ),
    Waiting.PAYEE_NOT_HOSTED: Sentence(
        "It waits: the payee is not hosted here.", zh="等待：收款方非本行托管。"
    ),
    Waiting.NO_SUCH_REQUEST: Sentence(
        "It waits to be refunded: the payee issued no request like it.",
        zh="等待退回：收款方没有发出这样的请求。",
    ),
    Waiting.REQUEST_SETTLED: Sentence(
        "It waits to be refunded: its request, or order, was paid or ended.",
        zh="等待退回：其请求或订单已付清或已结束。",
    ),
    Waiting.LEDGER_REFUSED: Sentence(
        "It waits: the books do not take it, see the wallet and the float.",
        zh="等待：账本未受理，请查看钱包与备付。",
    ),
    Waiting.UNPROVED: Sentence(
        "It waits for its purse's next sync: more than is known to have been in it.",
        zh="等待付款方硬钱包下次同步：金额超过已知余额。",
    ),
    Waiting.PAYER_FLAGGED: Sentence(
        "It waits for the risk officers: its purse was proved to cheat.",
        zh="等待风险人员：其硬钱包被证实欺诈。",
    ),
    Waiting.TAINTED: Sentence(
        "It waits: its purse took a proved cheat's money, and has to sync twice.",
        zh="等待：其硬钱包收到过欺诈资金，须同步两次。",
    ),
    Waiting.PURSE_ENDING: Sentence(
        "It waits: its purse, which was lost, is being paid out.",
        zh="等待：其硬钱包已挂失，正在退款。",
    ),
    Waiting.BUSY: Sentence("It is about to be decided.", zh="即将处理。"),
    Waiting.TOP_UP: Sentence(
        "It waits for a bank card, which is asked for what the wallet lacks.",
        zh="等待银行卡补足钱包的差额。",
    ),
    Waiting.WALLET_UNKNOWN: Sentence(
        "It waits: nothing says which wallet it goes back to.",
        zh="等待：不知应退回哪个钱包。",
    ),
}
_KINDS: Final = {
    Kind.PAYMENT: Sentence("a payment", zh="付款"),
    Kind.REFUND: Sentence("a refund", zh="退款"),
    Kind.LOAD: Sentence("a load", zh="圈存"),
    Kind.UNLOAD: Sentence("an unload", zh="圈提"),
    Kind.PUSH: Sentence("a push", zh="推送付款"),
    Kind.AUTHORISE: Sentence("an authorisation", zh="授权付款"),
}
_UNDONE: Final = Sentence("It was undone, and moved no money.", zh="付款方已撤回，没有资金移动。")
_DECLINED: Final = Sentence(
    "It was declined, and moved no money.", zh="钱包未予支付，没有资金移动。"
)
_WITHOUT_MONEY: Final = {
    Outcome.SETTLED: Sentence(
        "It was settled: its payee's log shows the credit.", zh="已结算：收款方的日志已显示入账。"
    ),
    Outcome.UNDONE: _UNDONE,
    Outcome.DECLINED: _DECLINED,
    Outcome.REDIRECTED: Sentence(
        "It was redirected: a purse that has no wallet gets it with a load; the wallet behind a"
        " purse, for a load that the bank had forgotten in a restore, has it already.",
        zh="收款方不能再收取：没有绑定钱包的硬钱包随下次圈存收到款项；"
        "若是银行恢复数据时遗漏的圈存，款项已在钱包中。",
    ),
    Outcome.REFUNDED: Sentence(
        "It was refunded: a purse that has no wallet gets it with a load; the wallet that paid a"
        " load which the bank had forgotten in a restore has it already.",
        zh="已退回：没有绑定钱包的硬钱包随下次圈存收到款项；"
        "若是银行恢复数据时遗漏的圈存，款项已在付款钱包中。",
    ),
}
_WITH_MONEY: Final = {
    Outcome.SETTLED: Sentence("It was settled, with its money.", zh="已结算，账本已记账。"),
    Outcome.UNDONE: _UNDONE,
    Outcome.DECLINED: _DECLINED,
    Outcome.REDIRECTED: Sentence(
        "It was redirected, with its money: to the payee's wallet.",
        zh="收款方不能再收取，款项已转入其钱包。",
    ),
    Outcome.REFUNDED: Sentence(
        "It was refunded, with its money: to the payer's wallet.",
        zh="收款方不会再收取，款项已退回付款方的钱包。",
    ),
}
_GIVEN_BACK: Final = {
    True: Sentence(
        "Its payee gave it back: to the payer's wallet.",
        zh="收款方已退回，款项已转入付款方的钱包。",
    ),
    False: Sentence(
        "Its payee gave it back: it comes to the payer's purse, which has no wallet, as a load.",
        zh="收款方已退回；付款方的硬钱包没有绑定钱包，款项将随下次圈存到达。",
    ),
}


def signed(voucher: Voucher) -> Sentence:
    """Return that a voucher was signed."""
    return _SIGNED.filled(
        payer=voucher.payer_id.hex(),
        payee=voucher.payee_id.hex(),
        kind=_KINDS[voucher.kind],
        amount=voucher.amount,
        entry=voucher.entry,
    )


def ended(outcome: Outcome, moved: bool) -> Sentence:
    """Return how a voucher ended; moved: the books moved money for it."""
    return (_WITH_MONEY if moved else _WITHOUT_MONEY)[outcome]


def given_back(to_wallet: bool) -> Sentence:
    """Return that its payee gave a settled voucher back; to_wallet: else to the purse."""
    return _GIVEN_BACK[to_wallet]
