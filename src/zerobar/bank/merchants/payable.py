"""What paying needs of merchants: who is to be paid, on which condition, and what is recorded.

Whoever pays an order posts one chain with `order_condition` among its counters and
`order_paid_rows` among its rows. The counter lets an order be paid once, and not after it was
closed; the rows are stored if, and only if, the money moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants.model import EventKind, OrderEnd, OrderState, state_of
from zerobar.database import Connection
from zerobar.ledger import Counter, Row, Small, encode_row
from zerobar.purse.money import Fen

TABLES: Final = {
    "bank.order_payment": (
        "COPY bank.order_payment (order_id, merchant_id, payment_id, amount_fen, paid_at)"
        " FROM STDIN (FORMAT binary)"
    ),
    "bank.order_end": (
        "COPY bank.order_end (order_id, merchant_id, reason, ended_at) FROM STDIN (FORMAT binary)"
    ),
    "bank.webhook_event": (
        "COPY bank.webhook_event (merchant_id, event_id, kind, subject_id, occurred_at, due_at)"
        " FROM STDIN (FORMAT binary)"
    ),
}
"""The records that the ledger stores for merchants, for its `Poster`."""

# Read together with what may be halted, so that a payment knows at which count it was judged.
_HALTS: Final = """LEFT JOIN LATERAL (
        SELECT total FROM ledger.counter
        WHERE key = m.wallet_id AND period = 0 ORDER BY number DESC LIMIT 1
    ) h ON true"""
_PAYABLES: Final = f"""
    SELECT o.order_id, o.merchant_id, o.shop_id, m.wallet_id, o.amount_fen, o.expires_at,
           p.order_id IS NOT NULL, e.reason, m.suspended_at IS NULL, m.webhook_url IS NOT NULL,
           m.name, coalesce(h.total, 0)
    FROM unnest(%s::uuid[]) AS wanted(order_id)
    JOIN bank.merchant_order o USING (order_id)
    JOIN bank.merchant m ON m.merchant_id = o.merchant_id
    LEFT JOIN bank.order_payment p ON p.order_id = o.order_id
    LEFT JOIN bank.order_end e ON e.order_id = o.order_id
    {_HALTS}
"""  # noqa: S608 - a constant, no input
_PAYABLE_SHOPS: Final = f"""
    SELECT b.code, b.merchant_id, b.shop_id, m.wallet_id,
           m.suspended_at IS NULL AND s.closed_at IS NULL, m.webhook_url IS NOT NULL, m.name,
           coalesce(h.total, 0)
    FROM unnest(%s::text[]) AS wanted(code)
    JOIN bank.shop_by_code b USING (code)
    JOIN bank.shop s ON s.merchant_id = b.merchant_id AND s.shop_id = b.shop_id
    JOIN bank.merchant m ON m.merchant_id = b.merchant_id
    {_HALTS}
"""  # noqa: S608 - a constant, no input


@dataclass(frozen=True, slots=True)
class Payable:
    """An order, as somebody who is to pay it sees it.

    Attributes:
        state: at the moment asked about; the counter decides in the end.
        trading: False when the merchant was suspended, and so may not be paid.
        webhooks: whether the merchant's server wants to be told.
        halts: how often the merchant was suspended, or its wallet frozen, so far.
    """

    order_id: UUID
    merchant_id: UUID
    shop_id: UUID
    payee_wallet_id: UUID
    amount: Fen
    state: OrderState
    trading: bool
    webhooks: bool
    payee_name: str
    halts: int


@dataclass(frozen=True, slots=True)
class PayableShop:
    """A shop's standing code, for any amount; `trading` also means that the shop is open."""

    code: str
    merchant_id: UUID
    shop_id: UUID
    payee_wallet_id: UUID
    trading: bool
    webhooks: bool
    payee_name: str
    halts: int


def payables(
    connection: Connection, order_ids: Iterable[UUID], now: datetime
) -> dict[UUID, Payable]:
    """Return the orders that exist, in one round trip."""
    rows = connection.execute(_PAYABLES, (list(order_ids),), prepare=True).fetchall()
    return {row[0]: _payable(row, now) for row in rows}


def _payable(row: tuple[Any, ...], now: datetime) -> Payable:
    order_id, merchant_id, shop_id, wallet_id, amount, expires_at, paid, reason, *rest = row
    end = OrderEnd(reason) if reason is not None else None
    state = state_of(paid, end, expires_at, now)
    return Payable(order_id, merchant_id, shop_id, wallet_id, Fen(amount), state, *rest)


def payable_shops(connection: Connection, codes: Iterable[str]) -> dict[str, PayableShop]:
    """Return the shops whose standing codes these are, in one round trip."""
    rows = connection.execute(_PAYABLE_SHOPS, (list(codes),), prepare=True).fetchall()
    return {row[0]: PayableShop(*row) for row in rows}


def order_condition(order_id: UUID) -> Counter:
    """Return the condition that an order was neither paid nor ended before."""
    return Counter(derived_id(Word.ORDER_ENDED_ONCE, order_id), 0, 1, 1)


def order_paid_rows(order: Payable, payment_id: UUID, paid_at: datetime) -> tuple[Row, ...]:
    """Return what is recorded with the payment of an order."""
    paid = Row(
        "bank.order_payment",
        encode_row(order.order_id, order.merchant_id, payment_id, int(order.amount), paid_at),
    )
    if not order.webhooks:
        return (paid,)
    return (paid, event_row(order.merchant_id, EventKind.ORDER_PAID, order.order_id, paid_at))


def shop_paid_rows(shop: PayableShop, payment_id: UUID, paid_at: datetime) -> tuple[Row, ...]:
    """Return what is recorded when somebody pays a shop's standing code."""
    if not shop.webhooks:
        return ()
    return (event_row(shop.merchant_id, EventKind.SHOP_PAID, payment_id, paid_at),)


def order_ended_rows(
    order_id: UUID, merchant_id: UUID, end: OrderEnd, ended_at: datetime, *, webhooks: bool
) -> tuple[Row, ...]:
    """Return what is recorded when an order ends unpaid."""
    ended = Row("bank.order_end", encode_row(order_id, merchant_id, Small(end), ended_at))
    if not webhooks:
        return (ended,)
    kind = EventKind.ORDER_CLOSED if end is OrderEnd.CLOSED else EventKind.ORDER_EXPIRED
    return (ended, event_row(merchant_id, kind, order_id, ended_at))


def event_row(merchant_id: UUID, kind: EventKind, subject_id: UUID, moment: datetime) -> Row:
    """Return a notice to a merchant's server, due at once; the same for the same event."""
    data = encode_row(
        merchant_id, event_id(kind, subject_id), Small(kind), subject_id, moment, moment
    )
    return Row("bank.webhook_event", data)


def event_id(kind: EventKind, subject_id: UUID) -> UUID:
    """Return the id of a notice: one for each thing that happens to a subject."""
    return derived_id(Word.EVENT, int(kind), subject_id)
