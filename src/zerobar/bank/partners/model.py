"""What the bank asks of others, as interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from zerobar.bank.errors import Unavailable
from zerobar.bank.partners.statements import StatementLine
from zerobar.purse.money import Fen


class PartnerUnavailable(Unavailable):
    """Another institution does not answer, or not in a way that can be understood."""

    problem = "partner-unavailable"

    def __init__(self, partner: str) -> None:
        super().__init__(
            f"{partner} does not answer.",
            "Nothing was lost; try again in a moment.",
            partner=partner,
        )


@dataclass(frozen=True, slots=True)
class CardHolder:
    """The four elements of a card: who has it.

    Attributes:
        card_number: 12 to 19 digits.
        name: as in the identity document.
        resident_id: 18 characters.
        phone: as the card's bank knows it, E.164.
    """

    card_number: str
    name: str
    resident_id: str
    phone: str


class BankStatus(StrEnum):
    """What is known of an order to a bank."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It may or may not have been carried out, or never arrived; ask again by its id."""


@dataclass(frozen=True, slots=True)
class BankOrder:
    """Money to be moved between a card's account and the operator's.

    Attributes:
        id: ours; the bank carries out an id once.
        card_token: what the bank gave for the card when it was bound.
    """

    id: UUID
    card_token: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class BankOutcome:
    """What a bank says of an order.

    Attributes:
        reason: why it was refused, in a stable word such as `insufficient-funds`; else empty.
    """

    status: BankStatus
    reason: str = ""


class BankLink(Protocol):
    """The bank that customers' cards belong to. Calls may take seconds."""

    def bind(self, holder: CardHolder) -> str | None:
        """Check the four elements; return a token for the card, None where they do not match.

        Raises PartnerUnavailable.
        """

    def debit(self, order: BankOrder) -> BankOutcome:
        """Take money from a card's account; never raises: what is not known is UNKNOWN."""

    def credit(self, order: BankOrder) -> BankOutcome:
        """Give money to a card's account; never raises."""

    def outcome(self, order_id: UUID) -> BankOutcome:
        """Say what became of an order; REFUSED with `never-arrived` makes it never happen.

        Never raises.
        """

    def submit_transfers(self, file_name: str, pain_001: bytes) -> None:
        """Hand in a file of transfers (ISO 20022 pain.001); handing it in again does nothing.

        Raises PartnerUnavailable.
        """

    def transfer_outcomes(self, file_name: str) -> dict[str, BankOutcome]:
        """Return what became of a file's transfers, by end-to-end id; raises PartnerUnavailable."""

    def statement(self, day: date) -> Sequence[StatementLine]:
        """Return what moved in the operator's account on a day in China, which is over.

        Raises PartnerUnavailable.
        """


class IdentityVerifier(Protocol):
    """Who knows whether a name and a resident ID belong together."""

    def matches(self, name: str, resident_id: str) -> bool:
        """Return whether they do; raises PartnerUnavailable."""


class SmsSender(Protocol):
    """Who delivers short messages."""

    def send(self, phone: str, text: str) -> None:
        """Send a text to a phone number (E.164); raises PartnerUnavailable."""


@dataclass(frozen=True, slots=True)
class Partners:
    """All of them."""

    bank: BankLink
    identity: IdentityVerifier
    sms: SmsSender
