"""Merchants, shops, tills, orders and what follows from them, as the tables hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from uuid import UUID

from zerobar.purse.money import Fen


class OrderState(StrEnum):
    """What became of an order; follows from its payment, its end and the time."""

    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"
    """By the merchant, before anyone paid."""
    EXPIRED = "expired"


class OrderEnd(IntEnum):
    """Why an order can no longer be paid, though nobody paid it."""

    CLOSED = 1
    EXPIRED = 2


class EventKind(IntEnum):
    """What a merchant's server is told."""

    ORDER_PAID = 1
    """The subject is the order."""
    ORDER_CLOSED = 2
    ORDER_EXPIRED = 3
    SHOP_PAID = 4
    """Somebody paid a shop's standing code; the subject is the payment."""
    REFUND_DONE = 5
    """The subject is the refund."""
    SETTLED = 6
    """The subject is the settlement."""
    SETTLEMENT_REFUSED = 7
    VOUCHER_SETTLED = 8
    """A card has paid a hosted payee, and no order; the subject is the transfer of its money."""
    SERVER_KEY_REPLACED = 9
    """The merchant's program signs with another key; the subject is the new one."""
    TERMINAL_ADDED = 10
    """By staff, not by the merchant's program; the subject is the till."""

    @property
    def word(self) -> str:
        """The name on the wire, such as `order.paid`."""
        return EVENT_WORDS[self]


EVENT_WORDS: Final = {
    EventKind.ORDER_PAID: "order.paid",
    EventKind.ORDER_CLOSED: "order.closed",
    EventKind.ORDER_EXPIRED: "order.expired",
    EventKind.SHOP_PAID: "shop.paid",
    EventKind.REFUND_DONE: "refund.done",
    EventKind.SETTLED: "settlement.done",
    EventKind.SETTLEMENT_REFUSED: "settlement.refused",
    EventKind.VOUCHER_SETTLED: "voucher.settled",
    EventKind.SERVER_KEY_REPLACED: "server-key.replaced",
    EventKind.TERMINAL_ADDED: "terminal.added",
}


class SettlementState(IntEnum):
    """How far paying out a merchant's money of a day has come."""

    MADE = 1
    """The amount is fixed; nothing is held yet."""
    HELD = 2
    """Set aside in the merchant's wallet, waiting for the bank."""
    DONE = 3
    REFUSED = 4
    """The bank did not pay it, or the money was no longer there; it stays in the wallet."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self >= SettlementState.DONE


@dataclass(frozen=True, slots=True)
class Merchant:
    """Who sells.

    Attributes:
        name: as people read it, in any script.
        latin_name: for the codes, whose main name is in ASCII; at most 25 characters.
        latin_city: the same; at most 15.
        category_code: ISO 18245, four digits.
        credit_code: unified social credit code (GB 32100-2015), 18 characters.
        bank_code: of the settlement bank, 12 digits (CNAPS).
        account_masked: its settlement account, only the last four digits readable.
    """

    id: UUID
    operator_id: UUID
    wallet_id: UUID
    name: str
    latin_name: str
    latin_city: str
    category_code: str
    credit_code: str
    bank_code: str
    account_holder: str
    account_sealed: bytes = field(repr=False)
    account_masked: str
    webhook_url: str | None
    webhook_seed_sealed: bytes = field(repr=False)
    content_hash: bytes = field(repr=False)
    opened_at: datetime
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shop:
    """A place where a merchant sells; `code` is what its standing code names."""

    merchant_id: UUID
    id: UUID
    code: str
    name: str
    latin_name: str
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Terminal:
    """A till. Until it is enrolled it has no key.

    Attributes:
        code_expires_at: until when its one-time code enrols it.
        code_tries: how many wrong codes were tried.
    """

    id: UUID
    merchant_id: UUID
    shop_id: UUID
    label: str
    code_expires_at: datetime
    code_tries: int
    key_id: UUID | None
    added_at: datetime
    enrolled_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order. `amount` is of the whole line."""

    name: str
    quantity: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class Order:
    """What a merchant asks for.

    Attributes:
        number: the merchant's own, unique among the merchant's orders.
        items: what the amount is made of; may be empty.
        payment_id: what paid it.
        is_tapped: a card has paid it.
    """

    id: UUID
    merchant_id: UUID
    shop_id: UUID
    terminal_id: UUID | None
    number: str
    amount: Fen
    memo: str
    items: tuple[Item, ...]
    created_at: datetime
    expires_at: datetime
    payment_id: UUID | None
    paid_at: datetime | None
    end: OrderEnd | None
    ended_at: datetime | None
    is_tapped: bool = False

    def state(self, now: datetime) -> OrderState:
        """Return what became of it."""
        return state_of(self.payment_id is not None, self.end, self.expires_at, now)


def state_of(paid: bool, end: OrderEnd | None, expires_at: datetime, now: datetime) -> OrderState:
    """Return an order's state from the facts about it."""
    assert not (paid and end), "one counter lets an order be paid or ended, never both"
    if paid:
        return OrderState.PAID
    if end is OrderEnd.CLOSED:
        return OrderState.CLOSED
    if end is OrderEnd.EXPIRED or now >= expires_at:
        return OrderState.EXPIRED
    return OrderState.OPEN


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for an order, with the merchant's own number.

    Attributes:
        key_id: of who asked for it; or the approval, if two of the staff decided it.
        refused: why it was not done, the name of a problem; empty while it is not decided.
    """

    id: UUID
    merchant_id: UUID
    order_id: UUID
    payment_id: UUID
    number: str
    amount: Fen
    reason: str
    key_id: UUID
    asked_at: datetime
    done_at: datetime | None
    refused: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a merchant's server is told.

    Attributes:
        body: what is sent, the same bytes each time; None until it is sent first.
        last_outcome: what came of the last attempt, such as `200` or `no-answer`.
    """

    merchant_id: UUID
    id: UUID
    kind: EventKind
    subject_id: UUID
    occurred_at: datetime
    due_at: datetime
    body: bytes | None
    attempts: int
    last_outcome: str
    delivered_at: datetime | None
    given_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A merchant's money of a day on its way to the merchant's bank."""

    merchant_id: UUID
    day: int
    id: UUID
    operator_id: UUID
    wallet_id: UUID
    amount: Fen
    state: SettlementState
    reason: str
    made_at: datetime
    ended_at: datetime | None
