"""Ordered purses in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.database import Connection
from zerobar.purse.messages import PurseClass

_ORDER: Final = (
    "SELECT order_id, class, wallet_id, ordered_by, replaces, ordered_at, batch_id, purse_id,"
    " certified_at FROM bank.purse_order"
)
_TAKE: Final = """
    UPDATE bank.purse_order SET batch_id = %(batch)s WHERE order_id IN (
        SELECT order_id FROM bank.purse_order WHERE batch_id IS NULL AND purse_id IS NULL
        ORDER BY order_id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class PurseOrder:
    """A purse that is to be made.

    Attributes:
        wallet_id: that it is ordered for; None: for stock.
        ordered_by: the holder, or a member of staff.
        replaces: a lost or broken purse of the same wallet.
        batch_id: the file in which the bureau was told of it.
        purse_id: once it is certified.
    """

    id: UUID
    purse_class: PurseClass
    wallet_id: UUID | None
    ordered_by: UUID
    replaces: bytes | None
    ordered_at: datetime
    batch_id: UUID | None = None
    purse_id: bytes | None = None
    certified_at: datetime | None = None


def insert_order(connection: Connection, new: PurseOrder) -> bool:
    """Store an order; return whether there was none of its id."""
    done = connection.execute(
        "INSERT INTO bank.purse_order (order_id, class, wallet_id, ordered_by, replaces,"
        " ordered_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            new.id,
            int(new.purse_class),
            new.wallet_id,
            new.ordered_by,
            new.replaces,
            new.ordered_at,
        ),
    )
    return done.rowcount == 1


def order(connection: Connection, order_id: UUID) -> PurseOrder | None:
    """Return an order."""
    row = connection.execute(_ORDER + " WHERE order_id = %s", (order_id,)).fetchone()
    return None if row is None else _read(row)


def locked_order(connection: Connection, order_id: UUID) -> PurseOrder | None:
    """Return an order that nobody else changes until the transaction ends."""
    row = connection.execute(_ORDER + " WHERE order_id = %s FOR UPDATE", (order_id,)).fetchone()
    return None if row is None else _read(row)


def orders_of_wallet(connection: Connection, wallet_id: UUID, most: int) -> list[PurseOrder]:
    """Return what was ordered for a wallet, the newest first."""
    rows = connection.execute(
        _ORDER + " WHERE wallet_id = %s ORDER BY order_id DESC LIMIT %s", (wallet_id, most)
    )
    return [_read(row) for row in rows]


def orders_for_stock(connection: Connection, before: UUID | None, limit: int) -> list[PurseOrder]:
    """Return what was ordered for no wallet, the newest first, those before one."""
    rows = connection.execute(
        _ORDER + " WHERE wallet_id IS NULL AND (%(before)s::uuid IS NULL OR order_id < %(before)s)"
        " ORDER BY order_id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )
    return [_read(row) for row in rows]


def open_orders(connection: Connection, wallet_id: UUID) -> int:
    """Return how many purses are ordered for a wallet and not made yet."""
    row = connection.execute(
        "SELECT count(*) FROM bank.purse_order WHERE wallet_id = %s AND purse_id IS NULL",
        (wallet_id,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def take_into_batch(connection: Connection, batch_id: UUID, most: int) -> None:
    """Put orders that no bureau was told of into a batch, the oldest first."""
    connection.execute(_TAKE, {"batch": batch_id, "most": most})


def orders_of_batch(connection: Connection, batch_id: UUID) -> Sequence[PurseOrder]:
    """Return what a batch tells the bureau to make, by id."""
    rows = connection.execute(_ORDER + " WHERE batch_id = %s ORDER BY order_id", (batch_id,))
    return [_read(row) for row in rows]


def set_certified(connection: Connection, order_id: UUID, purse_id: bytes, now: datetime) -> None:
    """Note which purse was made for an order."""
    connection.execute(
        "UPDATE bank.purse_order SET purse_id = %s, certified_at = %s WHERE order_id = %s",
        (purse_id, now, order_id),
    )


def _read(row: tuple[Any, ...]) -> PurseOrder:
    order_id, purse_class, *rest = row
    return PurseOrder(order_id, PurseClass(purse_class), *rest)
