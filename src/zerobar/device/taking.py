"""Taking money into the device's own purse, with or without a network.

Each payment has an id of the device's own, which is on the disk with the request before a card is
asked, and its voucher before the purse is: so it can go on after any cut, and charges once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from zerobar.device.device import Device
from zerobar.issuer import Undo
from zerobar.reader import (
    CardError,
    CardLink,
    NoCard,
    OpenPayer,
    Payment,
    TapOutcome,
    TapStatus,
    Terms,
    VoidOutcome,
    deliver,
    resume,
    tap,
    void_and_undo,
)
from zerobar.tracing.spans import moment, voucher_name


def take(
    device: Device, tap_id: UUID, payer: OpenPayer, terms: Terms, *, pin: str | None = None
) -> TapOutcome:
    """Let a card in the field pay to this device's purse: final when the outcome says so.

    Never raises CardError. When the outcome is not final, tap again with `go_on`.

    Args:
        tap_id: new.
        pin: of the payer, typed here.

    Raises TooMuchAtRisk before anything has moved.
    """
    device.check_risk(terms.amount)
    try:
        with device.purse() as own:
            outcome = tap(payer, own, terms, _keep(device, tap_id), pin=pin)
    except CardError as error:
        outcome = TapOutcome(TapStatus.NOT_PREPARED, error=error)
    device.store.taps.keep(tap_id, outcome)
    return outcome


def go_on(device: Device, tap_id: UUID, payer: OpenPayer, *, pin: str | None = None) -> TapOutcome:
    """Go on with a payment that was torn; the payer is charged once, however often.

    Never raises CardError; raises TapUnknown.
    """
    kept = device.store.taps.outcome(tap_id)
    try:
        with device.purse() as own:
            outcome = resume(payer, own, kept, _keep(device, tap_id), pin=pin)
    except CardError as error:
        return _with_error(kept, error)
    if outcome.status is TapStatus.NOT_TAPPED:
        # No card was asked in this try: what an earlier one may have done is as open as before.
        outcome = replace(outcome, status=kept.status)
    device.store.taps.keep(tap_id, outcome)
    return outcome


def receive(device: Device, tap_id: UUID, payment: Payment) -> TapOutcome:
    """Take a voucher that came by another road: a code, an operator's answer, a friend's phone.

    It must answer a request of this device's purse. Never raises CardError.
    """
    arrived = TapOutcome(
        TapStatus.TORN_AFTER_PAY, voucher=payment.voucher, certificate=payment.certificate
    )
    device.store.taps.keep(tap_id, arrived)
    try:
        with device.purse() as own:
            outcome = deliver(own, arrived)
    except CardError as error:
        return _with_error(arrived, error)
    device.store.taps.keep(tap_id, outcome)
    return outcome


def finish_open(device: Device) -> list[TapOutcome]:
    """Give the purse every voucher that is here and not confirmed: after a crash, or a cut.

    Needs no payer. Never raises CardError; what is still open stays open.
    """
    outcomes = []
    for tap_id in device.store.taps.open_ids():
        kept = device.store.taps.outcome(tap_id)
        if kept.voucher is not None:
            outcomes.append(go_on(device, tap_id, _nobody))
    return outcomes


def give_back(device: Device, payer: OpenPayer, payment: Payment) -> VoidOutcome:
    """Void a payment that the purse did not take, and bring the payer its money.

    The statement is kept for the operator as well, in case the payer does not come back. Never
    raises CardError of the payer's; raises LinkError when the own purse cannot be reached.
    """
    with device.purse() as own:
        outcome = void_and_undo(payer, own, payment)
    if outcome.statement is not None and outcome.payee_certificate is not None:
        device.store.outgoing.keep_statement(Undo(outcome.statement, outcome.payee_certificate))
    return outcome


def _keep(device: Device, tap_id: UUID) -> Callable[[TapOutcome], None]:
    def keep(outcome: TapOutcome) -> None:
        # Kept as what it may turn out to be if the next step never returns.
        status = TapStatus.TORN_BEFORE_PAY if outcome.voucher is None else TapStatus.TORN_AFTER_PAY
        device.store.taps.keep(tap_id, replace(outcome, status=status))
        if outcome.voucher is not None:
            paid = voucher_name(outcome.voucher.payer_id, outcome.voucher.entry)
            moment("voucher received", voucher=paid, tap_id=tap_id)

    return keep


def _with_error(kept: TapOutcome, error: CardError) -> TapOutcome:
    return replace(kept, error=error)


def _nobody() -> CardLink:
    raise NoCard
