"""A day's statement of the operator's account, as its bank gives it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from zerobar.purse.money import Fen


class LineKind(StrEnum):
    """What moved the money."""

    CARD_DEBIT = "card-debit"
    """From a card into the operator's account."""
    CARD_CREDIT = "card-credit"
    """From the operator's account to a card."""
    TRANSFER = "transfer"
    """From the operator's account, by a file of transfers."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One booking.

    Attributes:
        kind: of the booking.
        reference: what whoever asked for it named it: the order's id, or the end-to-end id.
        amount: positive either way.
    """

    kind: LineKind
    reference: str
    amount: Fen

    @property
    def order_id(self) -> UUID | None:
        """The card order that it belongs to; None if the reference is no order's id."""
        try:
            return None if self.kind is LineKind.TRANSFER else UUID(self.reference)
        except ValueError:
            return None
