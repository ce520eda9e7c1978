"""What the till's screen sends and gets. Amounts are fen; every sentence comes in two languages."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
from litestar.params import QueryParameter

from zerobar.client.merchants import MOST_ITEMS, MemoText, NameText, NumberText
from zerobar.client.taps import TapPays

AmountFen: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF)]
Most: TypeAlias = Annotated[int, QueryParameter(ge=1, le=200)]
LONGEST_TEXT: Final = 1024


class _Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is sent."""


class SignIn(_Asked, frozen=True, kw_only=True):
    """A cashier who begins to work."""

    name: NameText
    pin: Annotated[str, msgspec.Meta(max_length=12)]

    def __repr__(self) -> str:
        return f"SignIn({self.name!r}, ...)"


class NewCashier(_Asked, frozen=True, kw_only=True):
    """A cashier to be added."""

    name: NameText
    pin: Annotated[str, msgspec.Meta(max_length=12)]
    is_chief: bool = False

    def __repr__(self) -> str:
        return f"NewCashier({self.name!r}, ...)"


class NewPin(_Asked, frozen=True, kw_only=True):
    """A new PIN for a cashier."""

    pin: Annotated[str, msgspec.Meta(max_length=12)]

    def __repr__(self) -> str:
        return "NewPin(...)"


class ItemLine(_Asked, frozen=True, kw_only=True):
    """One line of a sale; the amount is of the whole line."""

    name: NameText
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    amount_fen: AmountFen


class NewSaleAsked(_Asked, frozen=True, kw_only=True):
    """A sale; its id is in the path.

    Attributes:
        number: the merchant's own; without one the till makes it.
        items: none, or all that the amount is made of.
    """

    amount_fen: AmountFen
    number: NumberText | None = None
    items: Annotated[list[ItemLine], msgspec.Meta(max_length=MOST_ITEMS)] = []


class Scan(_Asked, frozen=True, kw_only=True):
    """What the scanner read."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TEXT)]

    def __repr__(self) -> str:
        return "Scan(...)"


CardAddressText: TypeAlias = Annotated[
    str,
    msgspec.Meta(max_length=200, pattern=r"^(antenna://(127\.0\.0\.1|localhost):\d{1,5}|pcsc:.+)$"),
]
"""On this machine only: a customer's PIN must not be sent to wherever a page says."""


class Tap(_Asked, frozen=True, kw_only=True):
    """A card that is held to the till.

    Attributes:
        card: where it is, `antenna://HOST:PORT` or `pcsc:READER`; without it, the till's reader.
        pin: of the customer, typed at the till.
    """

    card: CardAddressText | None = None
    pin: Annotated[str, msgspec.Meta(min_length=4, max_length=8)] | None = None

    def __repr__(self) -> str:
        return f"Tap({self.card!r}, ...)"


class TapAtBank(_Asked, frozen=True, kw_only=True):
    """A card that is held to the till while the bank answers.

    Attributes:
        pays: the wallet behind the card, or the card itself.
        card: as in `Tap`.
        pin: as in `Tap`.
    """

    pays: TapPays
    card: CardAddressText | None = None
    pin: Annotated[str, msgspec.Meta(min_length=4, max_length=8)] | None = None

    def __repr__(self) -> str:
        return f"TapAtBank({self.pays.value}, {self.card!r}, ...)"


class NewRefundAsked(_Asked, frozen=True, kw_only=True):
    """Money to be given back; the refund's id is in the path."""

    sale_id: UUID
    amount_fen: AmountFen
    reason: MemoText = ""


class WordsShown(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence in both languages."""

    en: str
    zh: str


class SignedInShown(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in; the token goes into `Authorization: Bearer`."""

    token: str
    name: str
    is_chief: bool
    shift_id: UUID


class CashierShown(msgspec.Struct, frozen=True, kw_only=True):
    """A cashier."""

    name: str
    is_chief: bool
    is_locked: bool


class PlaceShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where the till stands, and who works here: what stands on the page to sign in.

    Attributes:
        has_reader: whether customers can tap without a tap naming the place.
    """

    merchant: str
    shop: str
    till: str
    has_reader: bool
    cashiers: list[CashierShown]


class SaleShown(msgspec.Struct, frozen=True, kw_only=True):
    """A sale as it stands, in data and in words.

    Attributes:
        cause: the stable name of why a step did not go well, such as `no-card` or `pin-needed`.
        tried: by what means it was last tried to be paid, while it may be paid by that.
        can_void: whether the till's purse refused what the customer's card paid.
        finality: `none`, `final-now`, `final-settles-at-sync` or `unknown`.
        spoken: to be read aloud; empty when nothing is.
    """

    sale_id: UUID
    number: str
    amount_fen: int
    items: list[ItemLine]
    cashier: str
    state: str
    road: str | None
    means: str | None
    finality: str
    cause: str
    tried: str | None
    can_void: bool
    is_late: bool
    left_to_refund_fen: int
    began_at_unix_s: int
    paid_at_unix_s: int | None
    what_happened: WordsShown
    next_step: WordsShown
    spoken: WordsShown


class RefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as it stands."""

    refund_id: UUID
    sale_id: UUID
    number: str
    amount_fen: int
    reason: str
    road: str
    state: str
    is_in_hand: bool
    cause: str
    what_happened: WordsShown
    next_step: WordsShown
    spoken: WordsShown


class CodeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A text to be drawn as a QR code."""

    text: str


class QueueShown(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for the network, and how much may.

    Attributes:
        error: why the last round in the background ended early; empty when it did not.
        bank_answers: whether the last call to the bank was answered; null: there was none yet.
    """

    count: int
    amount_fen: int
    most_count: int
    most_fen: int
    since_unix_s: int | None
    pending_sales: int
    synced_at_unix_s: float | None
    bank_answers: bool | None
    bank_heard_at_unix_s: float | None
    error: str


class TotalShown(msgspec.Struct, frozen=True, kw_only=True):
    """Payments or refunds of one kind by one cashier."""

    kind: str
    cashier: str
    is_late: bool
    count: int
    amount_fen: int


class TotalsShown(msgspec.Struct, frozen=True, kw_only=True):
    """What has come together."""

    sales: list[TotalShown]
    refunds: list[TotalShown]
    taken_fen: int
    given_back_fen: int
    pending_count: int
    pending_fen: int


class ClosingShown(msgspec.Struct, frozen=True, kw_only=True):
    """A day's closing."""

    closing_id: UUID
    number: int
    made_by: str
    made_at_unix_s: int
    totals: TotalsShown


class DifferenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """A payment or refund that is not the same on both sides."""

    number: str
    lacks: str
    till_fen: int | None
    bank_fen: int | None


class SurplusShown(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that was credited for a sale that was paid already."""

    sale_id: UUID
    number: str
    payer: str
    amount_fen: int


class ReconciledShown(msgspec.Struct, frozen=True, kw_only=True):
    """A day compared with the bank's file."""

    day: str
    matched: int
    differences: list[DifferenceShown]
    surpluses: list[SurplusShown]


class FindingShown(msgspec.Struct, frozen=True, kw_only=True):
    """How a part of the till is."""

    part: str
    is_well: bool
    what: WordsShown
    next_step: WordsShown
