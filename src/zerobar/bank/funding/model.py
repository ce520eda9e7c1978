"""Cards, and orders that move money between a card and a wallet, as the tables hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

from zerobar.purse.money import Fen

MAX_CARDS: Final = 10
"""Cards that a person can have bound at a time."""


@dataclass(frozen=True, slots=True)
class Card:
    """A bank card that a person has bound.

    Attributes:
        id: made by whoever bound it.
        number_masked: the last four digits, as `**** 0016`.
        token_sealed: what its bank knows it by.
        rank: the order in which cards are asked; the lowest first.
        unbound_at: since when it pays nothing more; refunds still go back to it.
    """

    person_id: UUID
    id: UUID
    number_index: bytes = field(repr=False)
    number_masked: str
    token_sealed: bytes = field(repr=False)
    rank: int
    bound_at: datetime
    unbound_at: datetime | None = None


class OrderKind(IntEnum):
    """Which way the money goes, and why."""

    EXCHANGE = 1
    """From the card into the wallet, because its holder asked."""
    SHORTFALL = 2
    """From the card into the wallet: just what a payment lacks."""
    SAVE = 3
    """From the wallet to the card."""
    RETURN = 4
    """From the vault to the card: what came from it and is given back."""

    @property
    def fills_wallet(self) -> bool:
        """Whether the card pays."""
        return self in (OrderKind.EXCHANGE, OrderKind.SHORTFALL)


class OrderStatus(IntEnum):
    """How far an order is."""

    PENDING = 1
    """The bank has not said yet; it is asked until it does."""
    DONE = 2
    REFUSED = 3
    """Nothing has moved; of a RETURN: the card's bank refused, the money is in the wallet."""
    STRANDED = 4
    """Of a RETURN: neither card nor wallet takes the money; it is in the vault, for staff."""
    RETRIED = 5
    """Was STRANDED, until staff had it tried again: by another order, of which it is the cause."""


class Reason(StrEnum):
    """Why the operator itself refuses; the card's bank has words of its own."""

    INSUFFICIENT_BALANCE = "insufficient-balance"
    BALANCE_LIMIT = "balance-limit"
    """The wallet would hold more than its category may; what the card paid is given back."""
    VAULT_SHORT = "vault-short"
    WALLET_CLOSED = "wallet-closed"
    WALLET_FROZEN = "wallet-frozen"
    ID_USED = "id-used"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for.

    Attributes:
        id: of the order, made by whoever asks.
        cause_id: the payment or refund that it is for, if it is for one.
    """

    id: UUID
    card_id: UUID
    amount: Fen
    cause_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CardOrder:
    """Money to be moved between a card and a wallet; stored before anybody is asked.

    Attributes:
        id: made by whoever asks; the bank of the card knows it by the same id.
        cause_id: the payment or refund that it is for.
        reason: why it was refused, a stable word; else empty.
        moved: the card's bank carried it out; known when the order has ended.
        tries: how often it was put off, because it could not be ended yet.
        next_try_at: when it is next asked.
    """

    id: UUID
    operator_id: UUID
    kind: OrderKind
    wallet_id: UUID
    person_id: UUID
    card_id: UUID
    amount: Fen
    cause_id: UUID | None
    status: OrderStatus
    reason: str
    moved: bool
    asked_at: datetime
    ended_at: datetime | None
    tries: int
    next_try_at: datetime

    @property
    def content(self) -> tuple[object, ...]:
        """What must be the same when the same id comes again."""
        return self.kind, self.wallet_id, self.card_id, self.amount, self.cause_id


@dataclass(frozen=True, slots=True)
class Covered:
    """A shortfall that a card has paid; the money is in the wallet.

    Attributes:
        order_id: of the order to the card's bank.
        amount: what the card paid.
    """

    order_id: UUID
    card_id: UUID
    amount: Fen
