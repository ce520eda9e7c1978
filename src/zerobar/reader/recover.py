"""Recovery of a tap from the two cards alone, for a terminal that remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from zerobar.purse.messages import EntryKind, Kind, State, Voucher
from zerobar.purse.wire import FormError
from zerobar.reader.card import Payment, PurseCard
from zerobar.reader.errors import BadAnswer, CardError
from zerobar.reader.outcome import TapOutcome, TapStatus
from zerobar.reader.refusals import EntryNotInLog
from zerobar.reader.tap import OpenPayer, deliver

WINDOW: Final = 64
"""Request numbers that a payee still knows."""

LONGEST_LOG: Final = 1024
"""Entries that a purse keeps at most; a card that claims more is not read any further."""

_CREDITED_BY_PURSES: Final = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was found on the payer's card and given to the payee's purse.

    Attributes:
        outcomes: one for each payment found, newest first; empty: nothing is outstanding
            between these two cards, if `error` is None.
        error: why the search ended early; do it again.
    """

    outcomes: tuple[TapOutcome, ...]
    error: CardError | None = None


def recover(payer: OpenPayer, payee: PurseCard, nonce: bytes) -> Recovery:
    """Credit what the payer's card has paid to the payee's open requests; never pays anew.

    A payer on contact is asked for its log; one in a field, which tells nothing of itself, for
    each of the payee's open request numbers. Never raises CardError.

    Args:
        payer: brings the payer's card into the field.
        payee: on contact, or with a verified PIN.
        nonce: 8 random bytes, for the states of both cards.
    """
    found: list[Payment] = []
    error = None
    try:
        state = payee.state(nonce)
        with payer() as link:
            _search(PurseCard(link), state, nonce, found)
    except CardError as torn:
        # What was read before the card left is delivered all the same.
        error = torn
    return Recovery(tuple(_delivered(payee, payment) for payment in found), error)


def open_numbers(state: State) -> list[int]:
    """Return the request numbers that a payee may still credit, newest first."""
    near = range(min(WINDOW, state.number))
    return [state.number - i for i in near if not state.window >> i & 1]


def _search(card: PurseCard, payee: State, nonce: bytes, found: list[Payment]) -> None:
    """Add to `found` what the payer has paid to the payee's open numbers."""
    numbers = open_numbers(payee)
    certificate = card.select().certificate
    if certificate is None:
        _search_by_number(card, payee.id, numbers, found)
        return
    for voucher in _paid(card, nonce):
        if voucher.payee_id == payee.id and voucher.number in numbers:
            found.append(Payment(voucher, certificate))  # noqa: PERF401 - kept if it tears


def _search_by_number(
    card: PurseCard, payee_id: bytes, numbers: list[int], found: list[Payment]
) -> None:
    for number in numbers:
        with suppress(EntryNotInLog):
            found.append(card.get_voucher(payee_id, number))


def _paid(card: PurseCard, nonce: bytes) -> Iterator[Voucher]:
    """Yield the vouchers that a card on contact still holds for other purses, newest first."""
    state = card.state(nonce)
    oldest = max(state.base, state.entry - LONGEST_LOG) + 1
    for entry in range(state.entry, oldest - 1, -1):
        logged = card.read_log(entry)
        if logged.kind is EntryKind.PAY:
            voucher = _voucher(logged.payload)
            if voucher.kind in _CREDITED_BY_PURSES:
                yield voucher


def _voucher(payload: bytes) -> Voucher:
    try:
        return Voucher.parse(payload)
    except FormError as error:
        raise BadAnswer(str(error)) from error


def _delivered(payee: PurseCard, payment: Payment) -> TapOutcome:
    arrived = TapOutcome(
        TapStatus.TORN_AFTER_PAY, voucher=payment.voucher, certificate=payment.certificate
    )
    return deliver(payee, arrived)
