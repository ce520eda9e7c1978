"""Reading and writing orders, charges and refunds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from zerobar.bank.merchants.model import Item, Order, OrderEnd, Refund
from zerobar.database import Connection
from zerobar.purse.money import Fen

_ORDER: Final = """
    SELECT o.order_id, o.merchant_id, o.shop_id, o.terminal_id, o.number, o.amount_fen, o.memo,
           o.items, o.created_at, o.expires_at, p.payment_id, p.paid_at, e.reason, e.ended_at,
           t.payment_id IS NOT NULL
    FROM bank.merchant_order o
    LEFT JOIN bank.order_payment p ON p.order_id = o.order_id
    LEFT JOIN bank.order_end e ON e.order_id = o.order_id
    LEFT JOIN bank.tap_payment t ON t.payment_id = p.payment_id
"""
_REFUND: Final = (
    "SELECT refund_id, merchant_id, order_id, payment_id, number, amount_fen, reason, key_id,"
    " asked_at, done_at, refused FROM bank.merchant_refund "
)
_LAST: Final = UUID(int=2**128 - 1)


def order(connection: Connection, order_id: UUID) -> Order | None:
    """Return an order by id."""
    row = connection.execute(_ORDER + "WHERE o.order_id = %s", (order_id,)).fetchone()
    return _order(row) if row else None


def orders_by_id(connection: Connection, order_ids: Iterable[UUID]) -> dict[UUID, Order]:
    """Return orders by id, in one round trip."""
    rows = connection.execute(_ORDER + "WHERE o.order_id = ANY(%s)", (list(order_ids),)).fetchall()
    return {row[0]: _order(row) for row in rows}


def order_by_number(connection: Connection, merchant_id: UUID, number: str) -> Order | None:
    """Return an order by the merchant's own number."""
    row = connection.execute(
        "SELECT order_id FROM bank.order_by_number WHERE merchant_id = %s AND number = %s",
        (merchant_id, number),
    ).fetchone()
    return order(connection, row[0]) if row else None


def orders_of_merchant(
    connection: Connection, merchant_id: UUID, before: UUID | None, limit: int
) -> list[Order]:
    """Return a merchant's orders by id, the greatest first, those below one."""
    rows = connection.execute(
        _ORDER + "WHERE o.merchant_id = %s AND o.order_id < %s ORDER BY o.order_id DESC LIMIT %s",
        (merchant_id, before or _LAST, limit),
    ).fetchall()
    return [_order(row) for row in rows]


def insert_order(connection: Connection, new: Order, content: bytes) -> bool:
    """Store an order and when it is due; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.merchant_order (order_id, merchant_id, shop_id, terminal_id, number,"
        " amount_fen, memo, items, created_at, expires_at, content_hash)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING order_id",
        (
            new.id,
            new.merchant_id,
            new.shop_id,
            new.terminal_id,
            new.number,
            int(new.amount),
            new.memo,
            Jsonb([[item.name, item.quantity, int(item.amount)] for item in new.items]),
            new.created_at,
            new.expires_at,
            content,
        ),
    ).fetchone()
    if done is None:
        return False
    connection.execute("INSERT INTO bank.order_due VALUES (%s, %s)", (new.id, new.expires_at))
    return True


def order_content(connection: Connection, order_id: UUID) -> bytes | None:
    """Return the hash of what was asked for under an order's id."""
    row = connection.execute(
        "SELECT content_hash FROM bank.merchant_order WHERE order_id = %s", (order_id,)
    ).fetchone()
    return row[0] if row else None


def claim_order_number(
    connection: Connection, merchant_id: UUID, number: str, order_id: UUID
) -> bool:
    """Tie a number to an order; return False if it is another's."""
    connection.execute(
        "INSERT INTO bank.order_by_number (merchant_id, number, order_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (merchant_id, number, order_id),
    )
    row = connection.execute(
        "SELECT order_id FROM bank.order_by_number WHERE merchant_id = %s AND number = %s",
        (merchant_id, number),
    ).fetchone()
    return row == (order_id,)


def due_orders(connection: Connection, now: datetime, limit: int) -> list[UUID]:
    """Return orders whose time is up and that are still to be looked at, oldest first."""
    rows = connection.execute(
        "SELECT order_id FROM bank.order_due WHERE expires_at <= %s ORDER BY expires_at LIMIT %s",
        (now, limit),
    ).fetchall()
    return [row[0] for row in rows]


def forget_due(connection: Connection, order_ids: Iterable[UUID]) -> None:
    """Look at these no more: each is paid or ended."""
    connection.execute("DELETE FROM bank.order_due WHERE order_id = ANY(%s)", (list(order_ids),))


def postpone_due(connection: Connection, order_ids: Sequence[UUID], until: datetime) -> None:
    """Look at these again only from a moment on."""
    connection.execute(
        "UPDATE bank.order_due SET expires_at = %s WHERE order_id = ANY(%s)",
        (until, list(order_ids)),
    )


def insert_charge(
    connection: Connection, charge_id: UUID, order: Order, by: UUID, code: bytes, now: datetime
) -> bool:
    """Record that a till read a customer's code; return False if the id charged otherwise.

    Args:
        by: the key of whoever charges.
        code: a hash of the customer's code.
    """
    connection.execute(
        "INSERT INTO bank.charge (charge_id, order_id, merchant_id, key_id, code_hash, asked_at)"
        " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (charge_id, order.id, order.merchant_id, by, code, now),
    )
    row = connection.execute(
        "SELECT order_id, code_hash FROM bank.charge WHERE charge_id = %s", (charge_id,)
    ).fetchone()
    return row == (order.id, code)


def charged_order(connection: Connection, charge_id: UUID) -> UUID | None:
    """Return which order a charge was to pay."""
    row = connection.execute(
        "SELECT order_id FROM bank.charge WHERE charge_id = %s", (charge_id,)
    ).fetchone()
    return row[0] if row else None


def refund(connection: Connection, refund_id: UUID) -> Refund | None:
    """Return a refund by id."""
    row = connection.execute(_REFUND + "WHERE refund_id = %s", (refund_id,)).fetchone()
    return _refund(row) if row else None


def refunds_of_order(connection: Connection, order_id: UUID) -> list[Refund]:
    """Return an order's refunds by id, refused ones too."""
    rows = connection.execute(
        _REFUND + "WHERE order_id = %s ORDER BY refund_id", (order_id,)
    ).fetchall()
    return [_refund(row) for row in rows]


def undecided_refunds(
    connection: Connection, operator_id: UUID, now: datetime, limit: int
) -> list[Refund]:
    """Return refunds of which nothing is known yet, and that are due to be asked for again.

    Only an operator's own merchants', and not those of suspended ones, which have to wait.
    """
    rows = connection.execute(
        _REFUND  # noqa: S608 - columns, no input
        + "WHERE done_at IS NULL AND refused = '' AND next_try_at <= %s AND merchant_id IN"
        " (SELECT merchant_id FROM bank.merchant WHERE operator_id = %s AND suspended_at IS NULL)"
        " ORDER BY next_try_at LIMIT %s",
        (now, operator_id, limit),
    ).fetchall()
    return [_refund(row) for row in rows]


def refunds_since(connection: Connection, merchant_id: UUID, since: datetime) -> list[Refund]:
    """Return a merchant's refunds asked for since a moment, oldest first."""
    rows = connection.execute(
        _REFUND + "WHERE merchant_id = %s AND asked_at >= %s ORDER BY asked_at, refund_id",
        (merchant_id, since),
    ).fetchall()
    return [_refund(row) for row in rows]


def orders_of_payments(connection: Connection, payment_ids: Iterable[UUID]) -> dict[UUID, Order]:
    """Return the orders that payments paid, by payment."""
    rows = connection.execute(
        _ORDER + "WHERE p.payment_id = ANY(%s)", (list(payment_ids),)
    ).fetchall()
    return {row[10]: _order(row) for row in rows}


def tap_of(connection: Connection, order_id: UUID) -> tuple[bytes, int] | None:
    """Return payer id and entry of the voucher that paid an order, if a card's tap did."""
    row = connection.execute(
        "SELECT payer_id, entry FROM bank.tap_payment WHERE order_id = %s", (order_id,)
    ).fetchone()
    return None if row is None else (row[0], row[1])


def insert_refund(
    connection: Connection, new: Refund, content: bytes, next_try_at: datetime
) -> bool:
    """Store a refund that is asked for; return False if the id asked for something else."""
    connection.execute(
        "INSERT INTO bank.merchant_refund (refund_id, merchant_id, order_id, payment_id, number,"
        " amount_fen, reason, key_id, asked_at, content_hash, next_try_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            new.id,
            new.merchant_id,
            new.order_id,
            new.payment_id,
            new.number,
            int(new.amount),
            new.reason,
            new.key_id,
            new.asked_at,
            content,
            next_try_at,
        ),
    )
    row = connection.execute(
        "SELECT content_hash FROM bank.merchant_refund WHERE refund_id = %s", (new.id,)
    ).fetchone()
    return row == (content,)


def claim_refund_number(
    connection: Connection, merchant_id: UUID, number: str, refund_id: UUID
) -> bool:
    """Tie a number to a refund; return False if it is another's."""
    connection.execute(
        "INSERT INTO bank.refund_by_number (merchant_id, number, refund_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (merchant_id, number, refund_id),
    )
    row = connection.execute(
        "SELECT refund_id FROM bank.refund_by_number WHERE merchant_id = %s AND number = %s",
        (merchant_id, number),
    ).fetchone()
    return row == (refund_id,)


def refund_by_number(connection: Connection, merchant_id: UUID, number: str) -> Refund | None:
    """Return a refund by the merchant's own number."""
    row = connection.execute(
        "SELECT refund_id FROM bank.refund_by_number WHERE merchant_id = %s AND number = %s",
        (merchant_id, number),
    ).fetchone()
    return refund(connection, row[0]) if row else None


def set_refund_done(connection: Connection, refund_id: UUID, moment: datetime) -> bool:
    """Record that a refund was made; return False if that was known."""
    done = connection.execute(
        "UPDATE bank.merchant_refund SET done_at = %s WHERE refund_id = %s AND done_at IS NULL"
        " RETURNING refund_id",
        (moment, refund_id),
    ).fetchone()
    return done is not None


def set_refund_refused(connection: Connection, refund_id: UUID, problem: str) -> None:
    """Record why a refund is never made."""
    connection.execute(
        "UPDATE bank.merchant_refund SET refused = %s WHERE refund_id = %s AND done_at IS NULL",
        (problem, refund_id),
    )


def _order(row: tuple[Any, ...]) -> Order:
    order_id, merchant_id, shop_id, terminal_id, number, amount, memo, items, *rest = row
    created_at, expires_at, payment_id, paid_at, reason, ended_at, is_tapped = rest
    return Order(
        order_id,
        merchant_id,
        shop_id,
        terminal_id,
        number,
        Fen(amount),
        memo,
        tuple(Item(name, quantity, Fen(fen)) for name, quantity, fen in items),
        created_at,
        expires_at,
        payment_id,
        paid_at,
        OrderEnd(reason) if reason is not None else None,
        ended_at,
        is_tapped,
    )


def _refund(row: tuple[Any, ...]) -> Refund:
    refund_id, merchant_id, order_id, payment_id, number, amount, *rest = row
    return Refund(refund_id, merchant_id, order_id, payment_id, number, Fen(amount), *rest)
