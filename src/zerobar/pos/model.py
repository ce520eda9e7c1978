"""Sales, refunds and what they are in: plain data, as the till's file holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from zerobar.purse.money import Fen


class SaleState(StrEnum):
    """Where a sale stands."""

    OPEN = "open"
    """Nobody was asked for money yet, or what was asked ended without any."""
    ASKING = "asking"
    """A code is shown or a request stands: the customer may pay, and nothing says so yet."""
    UNKNOWN = "unknown"
    """Somebody was asked and the answer is missing: the customer may have paid, once at most."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """Nothing was paid, and nothing can be any more."""
    GIVEN_UP = "given-up"
    """The cashier did not wait: should it turn out to be paid, it is given back."""

    @property
    def is_over(self) -> bool:
        """Whether the customer is not asked for it any more."""
        return self in (SaleState.PAID, SaleState.CANCELLED, SaleState.GIVEN_UP)

    @property
    def is_pending(self) -> bool:
        """Whether it may turn out to be paid by itself."""
        return self in (SaleState.ASKING, SaleState.UNKNOWN, SaleState.GIVEN_UP)


class Road(StrEnum):
    """How the money comes."""

    ONLINE = "online"
    """An order at the bank: by the customer's code, or by the merchant's."""
    PURSE = "purse"
    """A request of the till's own purse: by a tap, or by a voucher as a code."""


class Means(StrEnum):
    """What the customer paid with, as the day's closing counts it."""

    CUSTOMER_CODE = "customer-code"
    MERCHANT_CODE = "merchant-code"
    TAP = "tap"
    VOUCHER = "voucher"
    HOSTED_TAP = "hosted-tap"
    """A tap, with a network: the wallet behind the card paid the order at the bank."""
    HOSTED_PURSE = "hosted-purse"
    """A tap, with a network: the card's own value paid the order at the bank."""


HOSTED_MEANS: Final = (Means.HOSTED_TAP, Means.HOSTED_PURSE)
ONLINE_MEANS: Final = (Means.CUSTOMER_CODE, Means.MERCHANT_CODE, *HOSTED_MEANS)
"""What pays a sale's order at the bank: it is final at once."""


class Finality(StrEnum):
    """What a cashier has to know about a payment."""

    NONE = "none"
    NOW = "final-now"
    AT_SYNC = "final-settles-at-sync"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a sale; the amount is of the whole line."""

    name: str
    quantity: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale.

    Attributes:
        id: of the sale, and of its order at the bank.
        number: the merchant's own order number.
        road: on which money was asked for last.
        exposed: somebody who could pay has seen what is asked, and it was not taken back.
        attempt_id: the tap that the till's purse is asked by; None: its purse was not asked.
        means: once it is paid.
        paid_by: the bank's payment, or the attempt whose voucher was credited.
        is_late: it was given up, and turned out to be paid.
    """

    id: UUID
    number: str
    amount: Fen
    items: tuple[Item, ...]
    cashier: str
    shift_id: UUID
    began_at_unix_s: int
    state: SaleState = SaleState.OPEN
    road: Road | None = None
    exposed: bool = False
    attempt_id: UUID | None = None
    means: Means | None = None
    paid_by: UUID | None = None
    is_late: bool = False
    paid_at_unix_s: int | None = None


class RefundState(StrEnum):
    """Where a refund stands."""

    ASKED = "asked"
    """It is kept; nothing is known to have moved."""
    UNKNOWN = "unknown"
    """It may be done: it is asked for again, with the same number, until it is known."""
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back.

    Attributes:
        number: the merchant's own, never used twice.
        is_in_hand: the customer's purse has credited it; else it is on its way through the bank.
        refusal: why it was refused.
    """

    id: UUID
    sale_id: UUID
    number: str
    amount: Fen
    reason: str
    cashier: str
    shift_id: UUID
    road: Road
    state: RefundState
    is_in_hand: bool
    refusal: str
    asked_at_unix_s: int
    done_at_unix_s: int | None
