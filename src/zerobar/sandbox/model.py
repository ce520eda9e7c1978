"""What the sandbox keeps, and how it says no."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SandboxRefusal(Exception):
    """A request that makes no sense here.

    Attributes:
        status: for HTTP.
        next_step: what to do now, one sentence.
    """

    def __init__(self, status: int, what_happened: str, next_step: str) -> None:
        super().__init__(what_happened)
        self.status = status
        self.what_happened = what_happened
        self.next_step = next_step


class Way(StrEnum):
    """Which way an order moves money."""

    DEBIT = "debit"
    """From the card into the operator's account."""
    CREDIT = "credit"
    """From the operator's account to the card."""


class Status(StrEnum):
    """What the bank says of an order."""

    DONE = "done"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True)
class Order:
    """Money to be moved between a card and an operator's account.

    Attributes:
        account: the operator's.
        id: made by the operator; carried out once.
    """

    account: str
    id: str
    way: Way
    card_token: str
    amount_fen: int


@dataclass(frozen=True)
class Outcome:
    """What became of an order; `reason` says why it was refused."""

    status: Status
    reason: str = ""


@dataclass(frozen=True)
class Booking:
    """One line of an operator's statement."""

    kind: str
    reference: str
    amount_fen: int
    booked_at: str


@dataclass(frozen=True)
class TestCard:
    """A card with money on it.

    Attributes:
        phone: that the bank knows, E.164.
    """

    number: str
    balance_fen: int
    phone: str


@dataclass(frozen=True)
class TestPerson:
    """Somebody who does not exist, with a number that the register could have given."""

    name: str
    resident_id: str
    cards: tuple[TestCard, ...]
