"""How a tap ended, and what to tell the person at the till."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from zerobar.purse.messages import Certificate, Receipt, Request, SignedRequest, Voucher
from zerobar.reader.errors import CardError
from zerobar.reader.sentences import Sentence


class TapStatus(Enum):
    """Where the money is after a tap."""

    PAID = "paid"
    """Credited to the payee: final now."""
    PAID_PARTLY_HELD = "paid, partly held"
    """Credited and final; what is over the payee's holding limit waits for an unload."""
    NOT_PREPARED = "not prepared"
    """The payee's purse made no request: nothing has moved."""
    NOT_TAPPED = "not tapped"
    """The payer's purse was not asked to pay in this attempt: nothing has moved in it."""
    REFUSED_BY_PAYER = "refused by payer"
    """The payer's purse refused: nothing has moved."""
    TORN_BEFORE_PAY = "torn before the voucher came"
    """The payer's purse was asked, its answer was lost: it may have paid, once at most."""
    TORN_AFTER_PAY = "torn after the voucher came"
    """The voucher is here, the payee's purse did not confirm: it may have been credited."""
    REFUSED_BY_PAYEE = "refused by payee"
    """The voucher is here and stays in flight: the payee's purse will not credit it."""


_SENTENCES: Final[dict[TapStatus, tuple[Sentence, Sentence]]] = {
    TapStatus.PAID: (
        Sentence("Received {amount}. Final now.", zh="收款{amount}，已最终到账。"),
        Sentence("Hand over the goods.", zh="请交付商品。"),
    ),
    TapStatus.PAID_PARTLY_HELD: (
        Sentence(
            "Received {amount}. Final now; a part is held, for this purse is full.",
            zh="收款{amount}，已最终到账；超出余额上限部分暂被冻结。",
        ),
        Sentence(
            "Hand over the goods, and unload this purse soon.",
            zh="请交付商品，并尽快圈提本硬钱包。",
        ),
    ),
    TapStatus.NOT_PREPARED: (
        Sentence(
            "This till's purse cannot take the payment: {reason} Nothing has moved.",
            zh="收款硬钱包无法收款：{reason}未发生扣款。",
        ),
        Sentence("{advice}", zh="{advice}"),
    ),
    TapStatus.NOT_TAPPED: (
        Sentence(
            "The customer's purse was not reached: {reason} Nothing was charged in this try.",
            zh="未能连接付款硬钱包：{reason}本次未扣款。",
        ),
        Sentence("{advice}", zh="{advice}"),
    ),
    TapStatus.REFUSED_BY_PAYER: (
        Sentence(
            "The customer's purse refused: {reason} Nothing was charged in this try.",
            zh="付款硬钱包拒绝付款：{reason}本次未扣款。",
        ),
        Sentence("{advice}", zh="{advice}"),
    ),
    TapStatus.TORN_BEFORE_PAY: (
        Sentence(
            "{reason} Whether the customer has paid {amount} is not known yet.",
            zh="{reason}尚不确定是否已付款{amount}。",
        ),
        Sentence(
            "Tap the same card again. It is charged at most once.",
            zh="请用同一张卡再碰一碰，最多只会扣款一次。",
        ),
    ),
    TapStatus.TORN_AFTER_PAY: (
        Sentence(
            "The customer has paid {amount}, but this till's purse has not confirmed it yet.",
            zh="顾客已付款{amount}，收款硬钱包尚未确认。",
        ),
        Sentence(
            "Do not charge again. Reconnect this till's purse and resume.",
            zh="请勿重复收款。请重新连接收款硬钱包后继续。",
        ),
    ),
    TapStatus.REFUSED_BY_PAYEE: (
        Sentence(
            "The customer has paid {amount}, but this till's purse refused it: {reason} "
            "The money is safe, on its way.",
            zh="顾客已付款{amount}，但收款硬钱包拒绝入账：{reason}资金安全，在途。",
        ),
        Sentence(
            "{advice} Or void the payment and tap the customer's card to give it back.",
            zh="{advice}或撤销该笔付款，再碰一碰顾客的卡退回。",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class TapOutcome:
    """How a tap ended.

    Attributes:
        status: where the money is.
        order: the request that the payer was or will be shown; None when there is none.
        voucher: the payer's voucher, once it has arrived here.
        certificate: the payer's, with the voucher.
        receipt: the payee's, once it has credited.
        error: what went wrong, if anything did.
    """

    status: TapStatus
    order: Request | SignedRequest | None = None
    voucher: Voucher | None = None
    certificate: Certificate | None = None
    receipt: Receipt | None = None
    error: CardError | None = None

    @property
    def is_final(self) -> bool:
        """Whether the payee has the money, for good."""
        return self.status in (TapStatus.PAID, TapStatus.PAID_PARTLY_HELD)

    @property
    def request(self) -> Request | None:
        """The request, without signature and certificate."""
        return self.order.request if isinstance(self.order, SignedRequest) else self.order

    @property
    def what_happened(self) -> Sentence:
        """A sentence for the person at the till; `.zh` is the Chinese one."""
        return self._filled(_SENTENCES[self.status][0])

    @property
    def next_step(self) -> Sentence:
        """What to do now; `.zh` is the Chinese one."""
        return self._filled(_SENTENCES[self.status][1])

    def _filled(self, sentence: Sentence) -> Sentence:
        asked = self.voucher or self.request
        return sentence.filled(
            amount=asked.amount if asked else "",
            reason=self.error.what_happened if self.error else "",
            advice=self.error.next_step if self.error else "",
        )
