"""Statements of the cards' bank on the wire, as the bank has compared them; and stranded money."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from zerobar.client.funding import CardOrderShown


class DifferenceSubject(StrEnum):
    """What bank and operator contradict each other about."""

    CARD_ORDER = "card-order"
    TRANSFER = "transfer"
    """By file, to a merchant's bank."""


class DifferenceKind(StrEnum):
    """How bank and operator contradict each other."""

    UNKNOWN_HERE = "unknown-here"
    OTHER_TERMS = "other-terms"
    PENDING_HERE = "pending-here"
    """Ends by itself."""
    REFUSED_HERE = "refused-here"
    BOOKED_TWICE = "booked-twice"
    MISSING_THERE = "missing-there"


class DifferenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One contradiction, for a person to look at.

    Attributes:
        reference: the order's or transfer's id as the bank gives it.
        ours_fen: what the operator knows of; null for nothing.
        theirs_fen: what the bank booked; null for nothing.
    """

    subject: DifferenceSubject
    kind: DifferenceKind
    reference: str
    ours_fen: int | None
    theirs_fen: int | None


class ReconciliationShown(msgspec.Struct, frozen=True, kw_only=True):
    """A day's statement of the operator's account, compared.

    Attributes:
        day: in China, as 20261125.
        lines: of the statement.
        matched: card bookings that agree with orders.
        paid_in_fen: what cards paid, of those.
        paid_out_fen: what cards were given, of those.
        transfers: to merchants' banks that agree with settlements.
        transferred_fen: their sum.
        differing: how many differences there are; 0, if all is well.
    """

    day: int
    made_at: datetime
    lines: int
    matched: int
    paid_in_fen: int
    paid_out_fen: int
    transfers: int
    transferred_fen: int
    differing: int


class ReconciledDayShown(msgspec.Struct, frozen=True, kw_only=True):
    """A day compared, with its differences; of more than a thousand, the first thousand."""

    reconciliation: ReconciliationShown
    differences: list[DifferenceShown]


class StrandedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Money for a card that neither the card nor the wallet takes, and whose it is."""

    person_id: UUID
    order: CardOrderShown


class OverdueOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to a card's bank that has been pending for more than a day, and whose it is.

    Attributes:
        tries: how often it could not be ended.
        next_try_at: when the bank is asked next, by itself.
    """

    person_id: UUID
    order: CardOrderShown
    tries: int
    next_try_at: datetime
