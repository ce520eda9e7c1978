"""The tap: the payee asks, the payer pays in its short moment in the field, the payee takes.

Payee PREPARE; payer SELECT and PAY; the payer may leave; payee ACCEPT. Whatever tears in
between, the same request gives the same voucher and the same voucher is credited once, so every
step is simply done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from zerobar.purse.messages import (
    Kind,
    Receipt,
    ReceiptStatus,
    Request,
    SignedRequest,
    Voucher,
    terms_of,
)
from zerobar.purse.money import CNY, Fen
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.errors import BadAnswer, CardError
from zerobar.reader.link import CardLink
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.refusals import has_refused

OpenPayer = Callable[[], CardLink]
"""Brings the payer's card into the field; closing the link lets it leave."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the payee asks for.

    Attributes:
        amount: in fen.
        reference: 8 bytes, the order or the bill account.
        kind: PAYMENT or REFUND.
        currency: ISO 4217 number.
        signed: the payee signs the request, for payers that want to know who asks.
    """

    amount: Fen
    reference: bytes
    kind: Kind = Kind.PAYMENT
    currency: int = CNY
    signed: bool = False


Keep = Callable[[TapOutcome], None]
"""Called before a step that may tear with all that is needed to `resume`; a terminal that may
lose its power stores it."""


def _keep_nothing(_: TapOutcome) -> None:
    return None


def tap(
    payer: OpenPayer,
    payee: PurseCard,
    terms: Terms,
    keep: Keep = _keep_nothing,
    *,
    pin: str | None = None,
) -> TapOutcome:
    """Let the payer's card pay these terms to the payee's; never raises CardError.

    The payer's card gets two commands, SELECT and PAY, and may leave before the payee's purse
    is given the voucher. When the outcome is not final, its `next_step` says what to do, and
    `resume` does it.

    Args:
        payer: brings the payer's card into the field.
        payee: the payee's purse.
        terms: what is asked for.
        keep: stores what `resume` needs.
        pin: of the payer, typed at the till: one command more in the field.
    """
    try:
        order = _prepare(payee, terms)
    except CardError as error:
        return TapOutcome(TapStatus.NOT_PREPARED, error=error)
    return resume(payer, payee, TapOutcome(TapStatus.NOT_TAPPED, order), keep, pin=pin)


def resume(
    payer: OpenPayer,
    payee: PurseCard,
    outcome: TapOutcome,
    keep: Keep = _keep_nothing,
    *,
    pin: str | None = None,
) -> TapOutcome:
    """Go on with a tap where it stopped; the payer is charged at most once, however often.

    A voucher that is here already needs no payer; else the payer's card is shown the same
    request again. A terminal that has only stored the request's bytes passes
    `TapOutcome(TapStatus.TORN_BEFORE_PAY, order=Request.parse(stored))`.
    """
    if outcome.is_final:
        return outcome
    if outcome.voucher is None:
        if outcome.order is None:
            return outcome
        keep(outcome)
        outcome = collect(payer, outcome.order, pin=pin)
    if outcome.voucher is None:
        return outcome
    keep(outcome)
    return deliver(payee, outcome)


def collect(
    payer: OpenPayer, order: Request | SignedRequest, *, pin: str | None = None
) -> TapOutcome:
    """Let the payer's card pay a request, and leave; the voucher is then in the outcome."""
    try:
        with payer() as link:
            card = PurseCard(link)
            card.select()
            return _pay(card, order, pin)
    except CardError as error:
        return TapOutcome(TapStatus.NOT_TAPPED, order, error=error)


def deliver(payee: PurseCard, outcome: TapOutcome) -> TapOutcome:
    """Give the voucher in an outcome to the payee's purse, which credits it once."""
    assert outcome.voucher is not None and outcome.certificate is not None
    try:
        receipt = payee.accept(outcome.voucher, outcome.certificate)
        _check_receipt(receipt, outcome.voucher)
    except CardError as error:
        torn = TapStatus.TORN_AFTER_PAY
        refused = has_refused(error)
        status = TapStatus.REFUSED_BY_PAYEE if refused else torn
        return replace(outcome, status=status, receipt=None, error=error)
    held = receipt.status is ReceiptStatus.CREDITED_PARTLY_TO_HELD
    status = TapStatus.PAID_PARTLY_HELD if held else TapStatus.PAID
    return replace(outcome, status=status, receipt=receipt, error=None)


def _prepare(payee: PurseCard, terms: Terms) -> Request | SignedRequest:
    prepare = payee.prepare_signed if terms.signed else payee.prepare
    return prepare(terms.kind, terms.amount, terms.currency, terms.reference)


def _pay(card: PurseCard, order: Request | SignedRequest, pin: str | None) -> TapOutcome:
    try:
        if pin is not None:
            card.verify_pin(pin)
        payment = card.pay(order)
        _check_payment(payment, order)
    except CardError as error:
        refused = has_refused(error)
        status = TapStatus.REFUSED_BY_PAYER if refused else TapStatus.TORN_BEFORE_PAY
        return TapOutcome(status, order, error=error)
    return TapOutcome(TapStatus.TORN_AFTER_PAY, order, payment.voucher, payment.certificate)


def _check_payment(payment: Payment, order: Request | SignedRequest) -> None:
    """Raise BadAnswer unless the voucher pays this very request.

    The payee's purse answers an old voucher with its old receipt: a payer's card that shows one
    again must not pass for having paid.
    """
    request = order.request if isinstance(order, SignedRequest) else order
    if terms_of(payment.voucher) != terms_of(request):
        raise BadAnswer("the voucher is for something else")


def _check_receipt(receipt: Receipt, voucher: Voucher) -> None:
    """Raise BadAnswer unless the receipt is for this voucher."""
    credited = (receipt.payer_id, receipt.payer_entry, receipt.payee_id)
    if credited != (voucher.payer_id, voucher.entry, voucher.payee_id):
        raise BadAnswer("the receipt is for something else")
