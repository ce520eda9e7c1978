"""Lines, plans and what is on their accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from zerobar.purse.money import Fen


class LineStatus(IntEnum):
    """What a line can do."""

    ACTIVE = 1
    SUSPENDED_ONE_WAY = 2
    """单停: it is called, and gets messages; it calls nobody and has no data."""
    SUSPENDED_TWO_WAY = 3
    """双停: nothing reaches it."""
    CLOSED = 4


class EntryKind(IntEnum):
    """Why an account's balance changed."""

    BILL = 1
    TOP_UP = 2
    REFUND = 3
    REFUND_UNDONE = 4
    """The bank would not give it back: it is on the line again."""


class Source(IntEnum):
    """By which road a top-up came."""

    ORDER = 1
    """Paid online: from a wallet, by code or in the app."""
    VOUCHER = 2
    """A purse's voucher, whoever brought it to the bank."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a line costs a month."""

    name: str
    monthly: Fen


@dataclass(frozen=True, slots=True)
class Terms:
    """When a line in arrears is cut off, in days since the account fell below zero.

    Attributes:
        give_back_after_days: after which a voucher for no line goes back to its payer by itself.
    """

    one_way_after_days: int = 3
    two_way_after_days: int = 15
    close_after_days: int = 90
    give_back_after_days: int = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line and its account.

    Attributes:
        number: E.164.
        balance_fen: below zero: arrears.
        overdue_since: the day it fell below zero.
    """

    number: str
    plan: str
    balance_fen: int
    status: LineStatus
    overdue_since: date | None
    opened_at: datetime

    @property
    def arrears(self) -> Fen:
        """What is owed."""
        return Fen(max(0, -self.balance_fen))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account's statement.

    Attributes:
        reference: the month of a bill as 202611; the id of a top-up or refund.
        amount_fen: what it did to the balance.
    """

    number: str
    position: int
    kind: EntryKind
    reference: str
    amount_fen: int
    balance_fen: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TopUp:
    """Money for a line.

    Attributes:
        id: the bank's id of the payment, or the one derived from the voucher's payer and entry.
        number: of the line.
        refunded: of it so far.
        resumed: whether the line came back by it.
    """

    id: UUID
    number: str
    amount: Fen
    source: Source
    made_at: datetime
    refunded: Fen = Fen(0)
    resumed: bool = False
