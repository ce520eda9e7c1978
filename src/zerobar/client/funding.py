"""Cards on the wire: binding them, exchanging, saving to the bank, auto top-up."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec

AmountFen: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF)]
CardNumberText: TypeAlias = Annotated[
    str,
    msgspec.Meta(min_length=12, max_length=30, pattern="^[0-9 -]+$", description="12 to 19 digits"),
]
CardPhoneText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=20, pattern=r"^\+?[0-9 -]+$", description="+86 and 11 digits")
]


class NewCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card to be bound; its id is the Idempotency-Key.

    Attributes:
        number: as on the card.
        phone: that the card's bank knows, if it is another than the holder's.
    """

    number: CardNumberText
    phone: CardPhoneText | None = None

    def __repr__(self) -> str:
        return "NewCard(...)"


class CardShown(msgspec.Struct, frozen=True, kw_only=True):
    """A bound card.

    Attributes:
        number: masked.
    """

    card_id: UUID
    number: str
    bound_at: datetime


class CardsShown(msgspec.Struct, frozen=True, kw_only=True):
    """All bound cards, in the order in which they are asked; there are at most ten."""

    items: list[CardShown]


class CardPreference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cards to be asked first, in this order."""

    card_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=10)]


class CardMoney(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An amount between a wallet and a card; its id is the Idempotency-Key."""

    wallet_id: UUID
    card_id: UUID
    amount_fen: AmountFen


class CardOrderKind(StrEnum):
    """Which way the money goes, and why."""

    EXCHANGE = "exchange"
    SHORTFALL = "shortfall"
    """What a payment lacked, by auto top-up."""
    SAVE = "save"
    RETURN = "return"
    """A refund, or what no longer fitted into the wallet, back to the card."""


class CardOrderStatus(StrEnum):
    """How far it is."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    STRANDED = "stranded"
    """Neither card nor wallet takes the money; the operator's staff deals with it."""
    RETRIED = "retried"
    """Was stranded; another order, whose `cause_id` this one is, places the money."""


class CardOrderShown(msgspec.Struct, frozen=True, kw_only=True):
    """Money between a wallet and a card.

    Attributes:
        cause_id: the payment, refund or exchange that it is for, if it is for one.
        reason: why it was refused, a stable word such as `insufficient-funds`; else empty.
    """

    order_id: UUID
    kind: CardOrderKind
    wallet_id: UUID
    card_id: UUID
    amount_fen: int
    cause_id: UUID | None
    status: CardOrderStatus
    reason: str
    asked_at: datetime
    ended_at: datetime | None


class AutoTopUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether cards may be asked for what a payment lacks."""

    on: bool
