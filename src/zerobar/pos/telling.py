"""What the cashier reads and hears: in Chinese and English, what happened and what to do.

收款10元，已最终到账。      Received ¥10.00. Final now.
收款10元，已最终到账，...   Received ¥10.00. Final; the bank books it at the next sync.
尚未确认是否已付款 ...      Not known yet ... Do not hand over
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.pos.model import Finality, Refund, RefundState, Road, Sale, SaleState
from zerobar.purse.money import Fen
from zerobar.reader import Sentence


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown and said.

    Attributes:
        spoken: to be read aloud; empty when nothing is.
    """

    what_happened: Sentence
    next_step: Sentence
    spoken: Sentence = Sentence("", zh="")


_NOTHING: Final = Sentence("", zh="")
_HAND_OVER: Final = Sentence("Hand over the goods.", zh="请交付商品。")
_WAIT: Final = Sentence(
    "Do not hand over yet: this till keeps asking. Ask once more, or tap the same card again.",
    zh="请勿交付商品，本机正在查询。可再次查询，或用同一张卡再碰一碰。",
)
_STATES: Final = {
    SaleState.OPEN: Sentence("open", zh="未付款"),
    SaleState.ASKING: Sentence("waiting for the customer", zh="等待付款"),
    SaleState.UNKNOWN: Sentence("not known yet", zh="结果未知"),
    SaleState.PAID: Sentence("paid", zh="已付款"),
    SaleState.CANCELLED: Sentence("cancelled", zh="已取消"),
    SaleState.GIVEN_UP: Sentence("given up", zh="已放弃等待"),
}
_OPEN: Final = Words(
    Sentence("{amount} is not paid.", zh="{amount}尚未付款。"),
    Sentence(
        "Scan the customer's code, show yours, or let the customer tap.",
        zh="请扫描付款码、出示收款码，或请顾客碰一碰。",
    ),
)
_ASKING: Final = Words(
    Sentence("Waiting for {amount}.", zh="等待顾客付款{amount}。"),
    Sentence("Do not hand over yet.", zh="请勿交付商品。"),
)
_UNKNOWN: Final = Words(
    Sentence(
        "It is not known yet whether the customer has paid {amount}.",
        zh="尚未确认顾客是否已付款{amount}。",
    ),
    _WAIT,
)
_CANCELLED: Final = Words(
    Sentence("Cancelled. Nothing was charged.", zh="已取消，未扣款。"),
    Sentence("Begin a new sale.", zh="请新建一笔交易。"),
)
_GIVEN_UP: Final = Words(
    Sentence(
        "Given up. Should {amount} turn out to be paid, this till says so.",
        zh="已放弃等待。若事后确认已付款{amount}，本机会提示。",
    ),
    Sentence("Hand over nothing for this sale.", zh="请勿为该交易交付商品。"),
)
_PAID: Final = {
    Finality.NOW: Sentence("Received {amount}. Final now.", zh="收款{amount}，已最终到账。"),
    Finality.AT_SYNC: Sentence(
        "Received {amount}. Final in this till's purse; it settles at the next sync.",
        zh="收款{amount}，已最终到本机硬钱包，联网同步后结算。",
    ),
}
_LATE: Final = Words(
    Sentence(
        "{amount} was paid after this sale was given up.", zh="放弃等待后，顾客的{amount}付款到账。"
    ),
    Sentence("Give it back, unless the goods were handed over.", zh="如未交付商品，请退款。"),
)
_REFUNDS: Final = {
    RefundState.ASKED: Words(
        Sentence("{amount} is to be given back.", zh="待退款{amount}。"),
        Sentence("Tap the card that paid.", zh="请用付款的那张卡碰一碰。"),
    ),
    RefundState.UNKNOWN: Words(
        Sentence(
            "It is not known yet whether {amount} went back.", zh="尚未确认{amount}是否已退回。"
        ),
        Sentence(
            "Wait, or tap the same card again: it goes back only once.",
            zh="请等待，或用同一张卡再碰一碰；只会退款一次。",
        ),
    ),
    RefundState.DONE: Words(
        Sentence("{amount} went back to the customer.", zh="已退款{amount}。"),
        Sentence("Nothing more is to do.", zh="无需其他操作。"),
        Sentence("Refunded {yuan} yuan", zh="退款{yuan}元"),
    ),
    RefundState.REFUSED: Words(
        Sentence("{amount} was not given back: {why}", zh="未退款{amount}：{why}"),
        Sentence("Give it back another way.", zh="请用其他方式退款。"),
    ),
}
_ON_ITS_WAY: Final = Words(
    Sentence(
        "{amount} left this till for the customer's purse, which has not confirmed it.",
        zh="{amount}已从本机退出，顾客硬钱包尚未确认。",
    ),
    Sentence(
        "Tap the same card again; else it comes at its next sync.",
        zh="请用同一张卡再碰一碰；否则将在其下次同步时到账。",
    ),
)
_BANK_SAYS: Final = {
    "insufficient-balance": "顾客余额不足。",
    "code-used": "该付款码已使用，请顾客刷新。",
    "code-wrong": "该付款码无效或已过期，请顾客刷新。",
    "confirmation-needed": "请顾客在手机上确认付款。",
    "over-limit": "超过顾客钱包限额。",
    "not-payable": "该订单已不能付款。",
    "refund-exceeds-payment": "退款超过已付金额。",
    "merchant-suspended": "商户已被暂停。",
}


def state_word(state: SaleState) -> Sentence:
    """Return a sale's state in a word."""
    return _STATES[state]


def yuan_spoken(amount: Fen) -> str:
    """Return an amount as it is read aloud: `10`, `12.5`, `0.05`."""
    whole, fen = divmod(int(amount), 100)
    return f"{whole}.{fen:02d}".rstrip("0").rstrip(".")


def words_of(sale: Sale, finality: Finality) -> Words:
    """Return what to show of a sale as it stands."""
    if sale.state is SaleState.PAID:
        return _paid(sale, finality)
    found = {
        SaleState.OPEN: _OPEN,
        SaleState.ASKING: _ASKING,
        SaleState.UNKNOWN: _UNKNOWN,
        SaleState.CANCELLED: _CANCELLED,
        SaleState.GIVEN_UP: _GIVEN_UP,
    }[sale.state]
    return Words(found.what_happened.filled(amount=sale.amount), found.next_step)


def _paid(sale: Sale, finality: Finality) -> Words:
    yuan = yuan_spoken(sale.amount)
    spoken = Sentence(f"Received {yuan} yuan", zh=f"收款{yuan}元")
    if sale.is_late:
        return Words(_LATE.what_happened.filled(amount=sale.amount), _LATE.next_step)
    return Words(_PAID[finality].filled(amount=sale.amount), _HAND_OVER, spoken)


def words_of_refund(refund: Refund) -> Words:
    """Return what to show of a refund as it stands."""
    found = _REFUNDS[refund.state]
    by_purse = refund.road is Road.PURSE
    if refund.state is RefundState.DONE and by_purse and not refund.is_in_hand:
        found = _ON_ITS_WAY
    facts = {
        "amount": refund.amount,
        "why": refund.refusal,
        "yuan": yuan_spoken(refund.amount),
    }
    return Words(found.what_happened.filled(**facts), found.next_step, found.spoken.filled(**facts))


def words_of_bank(error: ClientError) -> Words:
    """Return what the bank said, or that it did not answer."""
    if isinstance(error, BankSaysNo):
        chinese = _BANK_SAYS.get(error.problem) or _chinese(
            error.what_happened, f"银行未受理（{error.problem}）。"
        )
        return Words(
            Sentence(error.what_happened, zh=chinese),
            Sentence(error.next_step, zh=_chinese(error.next_step, "请按提示处理。")),
        )
    return Words(
        Sentence("The bank cannot be reached.", zh="无法连接银行。"),
        Sentence(
            "Let the customer tap, or show this till's code for payment without network.",
            zh="请顾客碰一碰，或出示离线收款码。",
        ),
    )


def _chinese(said: str, otherwise: str) -> str:
    """Return what the bank said in Chinese; it knows that of whatever it refuses by a name."""
    return said.zh if isinstance(said, Sentence) else otherwise
