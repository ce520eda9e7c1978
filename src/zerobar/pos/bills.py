"""Bills that a till collects for a biller which the bank hosts: a phone bill, say, without network.

The customer's card pushes a voucher to the biller, its reference names the line, and this till
brings it to the bank: at once if there is a network, else when there is one again. The money is
never the shop's, so it is in no closing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.codes.lines import LineMalformed, read_number
from zerobar.device import OperatorRefused, push
from zerobar.pos.bill_store import Bill, Biller
from zerobar.pos.errors import BillerUnknown, WrongNumber
from zerobar.pos.model import Finality
from zerobar.pos.telling import Words, yuan_spoken
from zerobar.pos.till import Till
from zerobar.purse.messages import Push, Voucher
from zerobar.reader import CardError, FieldBusy, NoCard, OpenPayer, Sentence
from zerobar.reader.refusals import has_refused

_TO_PAY: Final = Words(
    Sentence("The bill of {line}, {amount}, is not paid.", zh="{line} 的账单{amount}尚未付款。"),
    Sentence("Have the customer type the card's PIN, and tap.", zh="请顾客输入卡密码，并碰一碰。"),
)
_UNKNOWN: Final = Words(
    Sentence(
        "It is not known yet whether the customer has paid {amount}.",
        zh="尚未确认顾客是否已付款{amount}。",
    ),
    Sentence(
        "Tap the same card again. It is charged at most once.",
        zh="请用同一张卡再碰一碰，最多只会扣款一次。",
    ),
)
_PENDING: Final = Words(
    Sentence(
        "{amount} for {line} is paid for good. {biller} hears of it when there is a network.",
        zh="{line} 已付{amount}，不可撤销。联网后由{biller}入账。",
    ),
    Sentence(
        "Say so to the customer. Whoever carries the voucher to a network is as good.",
        zh="请告知顾客：稍后到账；也可由他人手机捎带凭证。",
    ),
    Sentence("Bill paid, {yuan} yuan, pending", zh="账单已付{yuan}元，待入账"),
)
_SEEN: Final = Words(
    Sentence(
        "{amount} for {line} is paid, and {biller}'s bank has it.",
        zh="{line} 已付{amount}，{biller}的银行已收到。",
    ),
    Sentence("Nothing more is to do.", zh="无需其他操作。"),
    Sentence("Bill paid, {yuan} yuan", zh="账单已付{yuan}元"),
)
_REFUSED: Final = Words(
    Sentence(
        "The bank has refused what the card gave: {amount} for {line} is not paid.",
        zh="银行拒收该卡的付款凭证：{line} 的{amount}未付款。",
    ),
    Sentence(
        "Begin the bill again, and take another card. This card may be a forged one.",
        zh="请重新录入账单并换一张卡；该卡可能是伪卡。",
    ),
)
_NEWEST: Final = 200
"""Vouchers among which a bill's is looked for; it is one of the last."""
_WORDS: Final = {
    Finality.NONE: _TO_PAY,
    Finality.UNKNOWN: _UNKNOWN,
    Finality.AT_SYNC: _PENDING,
    Finality.NOW: _SEEN,
}


@dataclass(frozen=True, slots=True)
class BillStep:
    """How a bill stands after a step, and the words for it.

    Attributes:
        error: of the card, if it did not pay in this step.
        is_refused: the bank has said that what the card gave is no money.
    """

    bill: Bill
    finality: Finality
    words: Words
    error: CardError | None = None
    is_refused: bool = False


def biller_named(billers: Sequence[Biller], biller_id: str) -> Biller:
    """Return the biller of an id; raises BillerUnknown."""
    for biller in billers:
        if biller.biller_id == biller_id:
            return biller
    raise BillerUnknown


def line_of(text: str) -> str:
    """Return a line's number as the customer says it, in E.164; raises WrongNumber."""
    try:
        return read_number(text)
    except LineMalformed:
        raise WrongNumber from None


def tap(till: Till, bill_id: UUID, payer: OpenPayer, pin: str | None) -> BillStep:
    """Let a customer's card pay a bill; after a torn tap, the same again charges once.

    Raises BillUnknown, or TooMuchAtRisk before anything has moved.
    """
    with till.lock:
        bill = _known(till, bill_id)
        if bill.payment is not None:
            return step_of(till, bill_id)
        till.device.check_risk(bill.amount)
        till.store.bills.expose(bill_id, exposed=True)
        error = _push(till, bill, payer, pin)
        if error is not None and not bill.exposed and _was_not_paid(error):
            till.store.bills.expose(bill_id, exposed=False)
        return step_of(till, bill_id, error)


def _push(till: Till, bill: Bill, payer: OpenPayer, pin: str | None) -> CardError | None:
    """Let the card pay; what it gives is kept by the device before anything else is done."""
    try:
        return push(till.device, bill.push, payer, pin=pin).error
    except OperatorRefused:
        # The card has paid; the bank says no to the till, not to the customer.
        return None


def step_of(till: Till, bill_id: UUID, error: CardError | None = None) -> BillStep:
    """Return how a bill stands.

    Args:
        error: of the card, in the last try.
    """
    bill = _known(till, bill_id)
    finality = _finality(till, bill)
    refused = _is_refused(till, bill)
    words = _REFUSED if refused else _WORDS[finality]
    facts = {
        "line": bill.line,
        "amount": bill.amount,
        "biller": bill.biller.name,
        "yuan": yuan_spoken(bill.amount),
    }
    told = Words(
        words.what_happened.filled(**facts),
        words.next_step.filled(**facts),
        words.spoken.filled(**facts),
    )
    if error is not None and finality is Finality.NONE:
        told = Words(error.what_happened, error.next_step)
    return BillStep(bill, finality, told, error, refused)


def _known(till: Till, bill_id: UUID) -> Bill:
    """Return a bill; one whose voucher the device has kept is paid, also after a cut."""
    bill = till.store.bills.bill(bill_id)
    if bill.exposed and bill.payment is None:
        kept = till.device.store.outgoing.history(_NEWEST)
        paid = [one.payment for one in kept if _pays(one.payment.voucher, bill.push)]
        if paid:
            till.store.bills.pay(bill_id, paid[0])
            return till.store.bills.bill(bill_id)
    return bill


def _pays(voucher: Voucher, asked: Push) -> bool:
    terms = voucher.kind, voucher.payee_id, voucher.amount, voucher.tag, voucher.reference
    return terms == (asked.kind, asked.payee_id, asked.amount, asked.time, asked.reference)


def _is_refused(till: Till, bill: Bill) -> bool:
    paid = bill.payment
    return paid is not None and till.device.store.outgoing.is_refused(paid.voucher)


def _finality(till: Till, bill: Bill) -> Finality:
    if bill.payment is None:
        return Finality.UNKNOWN if bill.exposed else Finality.NONE
    if _is_refused(till, bill):
        return Finality.NONE
    seen = till.device.store.outgoing.is_seen(bill.payment.voucher)
    return Finality.NOW if seen else Finality.AT_SYNC


def _was_not_paid(error: CardError) -> bool:
    """Whether the card certainly has not paid in this try."""
    return isinstance(error, NoCard | FieldBusy) or has_refused(error)
