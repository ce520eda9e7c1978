"""Collecting for somebody else: for payees that the operator hosts, and vouchers on their way.

The device's own purse has no part in it. The voucher is kept, shown to the operator at once when
there is a network, and later when there is none: "final now", or "final, settles at sync".
"""

from __future__ import annotations

from dataclasses import dataclass

from zerobar.device.device import Device
from zerobar.device.errors import OperatorUnreachable
from zerobar.device.operator import Told
from zerobar.device.sending import send_one
from zerobar.purse.messages import Push, SignedRequest
from zerobar.reader import (
    CardError,
    OpenPayer,
    Payment,
    PurseCard,
    TapOutcome,
    collect,
)
from zerobar.tracing.spans import moment, voucher_name


@dataclass(frozen=True, slots=True)
class Collected:
    """A voucher for a hosted payee, or why there is none.

    Attributes:
        payment: the card's; None when it did not pay, or its answer was lost.
        told: what the operator said; None while it has not been reached.
        error: of the card.
        outcome: of a request that was shown to the card, for `reader.collect` to go on with.
    """

    payment: Payment | None
    told: Told | None = None
    error: CardError | None = None
    outcome: TapOutcome | None = None


def collect_for(
    device: Device, order: SignedRequest, payer: OpenPayer, *, pin: str | None = None
) -> Collected:
    """Show a hosted payee's request to a card; the same request again charges once.

    Never raises CardError. Raises TooMuchAtRisk, or SignatureRefused for a request that nobody
    signed.
    """
    order.verify()
    device.check_risk(order.request.amount)
    outcome = collect(payer, order, pin=pin)
    if outcome.voucher is None or outcome.certificate is None:
        return Collected(None, error=outcome.error, outcome=outcome)
    return _brought(device, Payment(outcome.voucher, outcome.certificate), outcome)


def push(device: Device, what: Push, payer: OpenPayer, *, pin: str | None = None) -> Collected:
    """Let a card pay a hosted payee that no request can come from: a bill, say, without network.

    The same push again charges once. The card is on contact, or its PIN is typed. Never raises
    CardError; raises TooMuchAtRisk.
    """
    device.check_risk(what.amount)
    try:
        with payer() as link:
            card = PurseCard(link)
            if pin is not None:
                card.verify_pin(pin)
            payment = card.pay(what)
    except CardError as error:
        return Collected(None, error=error)
    return _brought(device, payment, None)


def carry(device: Device, payment: Payment) -> Told | None:
    """Take along somebody's voucher, and show it to the operator when it can be reached.

    Returns what the operator said, or None while it has not been reached.
    """
    device.store.outgoing.keep(payment)
    moment(
        "voucher taken along",
        voucher=voucher_name(payment.voucher.payer_id, payment.voucher.entry),
    )
    try:
        return send_one(device, payment)
    except OperatorUnreachable:
        return None


def _brought(device: Device, payment: Payment, outcome: TapOutcome | None) -> Collected:
    return Collected(payment, carry(device, payment), outcome=outcome)
