"""Sync: the desk keeps the card's log for good, delivers what is due, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from zerobar.issuer import OperatorDesk
from zerobar.purse.messages import Certificate, Receipt, State, Voucher
from zerobar.reader import BadAnswer, PurseCard, StatusError

_NONCE_LENGTH: Final = 8
_OWN_PART: Final = 4
"""Bytes of the nonce that the purse gives back; the rest is its own."""


@dataclass(frozen=True)
class Delivery:
    """A voucher that had not reached its payee, brought to it now.

    Attributes:
        receipt: the payee's; None when it refused.
        refusal: why; the voucher stays in flight.
    """

    voucher: Voucher
    receipt: Receipt | None
    refusal: StatusError | None


@dataclass(frozen=True)
class SyncReport:
    """What a sync did.

    Attributes:
        state: as the card signed it at the end.
        entries: how many log entries were taken in.
        deliveries: of vouchers that were due to this purse.
    """

    state: State
    entries: int
    deliveries: tuple[Delivery, ...]


def synchronise(
    card: PurseCard, desk: OperatorDesk, now_unix_s: int, random: Callable[[int], bytes]
) -> SyncReport:
    """Sync a card with its desk; may be cut anywhere and done again.

    Raises CardError, SyncRefused for another authority's purse, and EvidenceRefused for one
    whose log does not add up.
    """
    desk.register(card.get_certificate())
    entry, state = _take_in(card, desk, now_unix_s, random)
    deliveries = tuple(_deliver(card, *due) for due in desk.undelivered(state.id))
    if any(delivery.receipt for delivery in deliveries):
        _, state = _take_in(card, desk, now_unix_s, random)
    return SyncReport(state, state.entry - entry, deliveries)


def _take_in(
    card: PurseCard, desk: OperatorDesk, now_unix_s: int, random: Callable[[int], bytes]
) -> tuple[int, State]:
    """Return the entry known before, and the state that is now recorded and acknowledged."""
    nonce = random(_NONCE_LENGTH)
    state = card.state(nonce)
    if state.nonce[:_OWN_PART] != nonce[:_OWN_PART]:
        raise BadAnswer("its state answers another question")
    known = desk.known_entry(state.id)
    entries = [card.read_log(entry) for entry in range(known + 1, state.entry + 1)]
    desk.record(state, entries)
    card.sync_ack(desk.acknowledge(state, now_unix_s))
    return known, state


def _deliver(card: PurseCard, voucher: Voucher, certificate: Certificate) -> Delivery:
    try:
        return Delivery(voucher, card.accept(voucher, certificate), None)
    except StatusError as refusal:
        return Delivery(voucher, None, refusal)
