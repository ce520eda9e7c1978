"""Requests for orders in the database: which orders they ask for, and which can still pay."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.purses import store as purses
from zerobar.database import Connection
from zerobar.purse.messages import Kind, Request, Voucher

# What a card has paid with its own value may turn up at any time, so such a request stays the only
# one; a declined authorisation never pays.
_OPEN: Final = """
    SELECT number FROM bank.order_request
    WHERE order_id = %s AND kind = %s AND NOT is_declined ORDER BY number DESC LIMIT 1
"""
_NAMED: Final = """
    SELECT FROM bank.order_request
    WHERE payee_id = %s AND reference = %s AND order_id <> %s LIMIT 1
"""


def lock_payee(connection: Connection, merchant_id: UUID) -> None:
    """Let nobody else ask for a merchant until the transaction ends."""
    connection.execute(
        "SELECT FROM bank.merchant_payee WHERE merchant_id = %s FOR UPDATE", (merchant_id,)
    )


def open_request(connection: Connection, order_id: UUID, kind: Kind) -> int | None:
    """Return the number of an order's newest request of a kind, unless that can never pay."""
    row = connection.execute(_OPEN, (order_id, int(kind))).fetchone()
    return None if row is None else int(row[0])


def insert_request(
    connection: Connection, request: Request, asked: tuple[UUID, UUID], now: datetime
) -> bool:
    """Store a new request, and return whether its number was free.

    Args:
        connection: in a transaction.
        request: as cards are shown it.
        asked: for which order, and by whose key.
        now: when.
    """
    if not purses.insert_request(connection, request, now):
        return False
    connection.execute(
        "INSERT INTO bank.order_request (payee_id, number, order_id, kind, reference, key_id)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (
            request.payee_id,
            request.number,
            asked[0],
            int(request.kind),
            request.reference,
            asked[1],
        ),
    )
    return True


def is_named(connection: Connection, request: Request, order_id: UUID) -> bool:
    """Return whether a request would name another order than this one."""
    row = connection.execute(_NAMED, (request.payee_id, request.reference, order_id)).fetchone()
    return row is not None


def order_of(connection: Connection, voucher: Voucher) -> UUID | None:
    """Return the order that a voucher is for: by its request, or a push by its reference."""
    by = "reference" if voucher.kind is Kind.PUSH else "number"
    row = connection.execute(
        f"SELECT order_id FROM bank.order_request WHERE payee_id = %s AND {by} = %s LIMIT 1",  # noqa: S608
        (voucher.payee_id, voucher.reference if by == "reference" else voucher.number),
    ).fetchone()
    return None if row is None else row[0]
