"""Reading and writing cards and orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.funding.model import Card, CardOrder, OrderKind, OrderStatus
from zerobar.database import Connection
from zerobar.ledger import Row, encode_row
from zerobar.ledger.records import Small, Value
from zerobar.purse.money import Fen

_CARD: Final = (
    "SELECT person_id, card_id, number_index, number_masked, token_sealed, rank, bound_at,"
    " unbound_at FROM bank.card "
)
_COLUMNS: Final = (
    "order_id, operator_id, kind, wallet_id, person_id, card_id, amount_fen, cause_id, status,"
    " reason, moved, asked_at, ended_at, tries, next_try_at"
)
_OF_O: Final = ", ".join(f"o.{name}" for name in _COLUMNS.split(", "))
_ORDER: Final = f"SELECT {_COLUMNS} FROM bank.card_order "  # noqa: S608 - columns, no input

TOKEN_PURPOSE: Final = "card.token"  # noqa: S105 - not itself a token
"""What card tokens are sealed for."""

TABLES: Final = {
    "bank.card_order": f"COPY bank.card_order ({_COLUMNS}) FROM STDIN (FORMAT binary)",
}
"""Tables whose rows are stored with a posting, and how: for the poster."""


# --- cards --------------------------------------------------------------------------------


def cards_of_person(connection: Connection, person_id: UUID) -> list[Card]:
    """Return a person's bound cards, the preferred one first."""
    rows = connection.execute(
        _CARD + "WHERE person_id = %s AND unbound_at IS NULL ORDER BY rank, card_id", (person_id,)
    ).fetchall()
    return [Card(*row) for row in rows]


def card(connection: Connection, person_id: UUID, card_id: UUID) -> Card | None:
    """Return a person's card, unbound ones too."""
    row = connection.execute(
        _CARD + "WHERE person_id = %s AND card_id = %s", (person_id, card_id)
    ).fetchone()
    return Card(*row) if row else None


def insert_card(connection: Connection, card: Card) -> bool:
    """Store a new card; return False, and do nothing, if its id or number is there already."""
    done = connection.execute(
        "INSERT INTO bank.card (person_id, card_id, number_index, number_masked, token_sealed,"
        " rank, bound_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING card_id",
        (
            card.person_id,
            card.id,
            card.number_index,
            card.number_masked,
            card.token_sealed,
            card.rank,
            card.bound_at,
        ),
    ).fetchone()
    return done is not None


def rank_cards(connection: Connection, person_id: UUID, card_ids: Sequence[UUID]) -> None:
    """Put a person's cards in this order."""
    connection.execute(
        "UPDATE bank.card c SET rank = o.rank"
        " FROM unnest(%s::uuid[]) WITH ORDINALITY AS o (card_id, rank)"
        " WHERE c.person_id = %s AND c.card_id = o.card_id",
        (list(card_ids), person_id),
    )


def end_card(connection: Connection, person_id: UUID, card_id: UUID, now: datetime) -> None:
    """Unbind a card."""
    connection.execute(
        "UPDATE bank.card SET unbound_at = %s"
        " WHERE person_id = %s AND card_id = %s AND unbound_at IS NULL",
        (now, person_id, card_id),
    )


def lock_person(connection: Connection, person_id: UUID) -> None:
    """Let no other transaction change this person's cards until this one ends."""
    connection.execute("SELECT 1 FROM bank.person WHERE person_id = %s FOR UPDATE", (person_id,))


def mismatches(connection: Connection, person_id: UUID, day: int) -> int:
    """Return how often a person gave wrong card details on a day."""
    row = connection.execute(
        "SELECT times FROM bank.card_mismatch WHERE person_id = %s AND day = %s",
        (person_id, day),
    ).fetchone()
    return int(row[0]) if row else 0


def count_mismatch(connection: Connection, person_id: UUID, day: int) -> int:
    """Count wrong card details; return how many there were on that day."""
    row = connection.execute(
        "INSERT INTO bank.card_mismatch AS m (person_id, day, times) VALUES (%s, %s, 1)"
        " ON CONFLICT (person_id, day) DO UPDATE SET times = m.times + 1 RETURNING times",
        (person_id, day),
    ).fetchone()
    assert row is not None
    return int(row[0])


def set_auto_top_up(connection: Connection, wallet_id: UUID, on: bool) -> None:
    """Say whether cards may be asked for what a payment lacks."""
    connection.execute(
        "UPDATE bank.wallet SET auto_top_up = %s WHERE wallet_id = %s", (on, wallet_id)
    )


def lock_wallet(connection: Connection, wallet_id: UUID) -> None:
    """Let the wallet be neither closed nor frozen before this transaction ends."""
    connection.execute("SELECT 1 FROM bank.wallet WHERE wallet_id = %s FOR SHARE", (wallet_id,))


# --- orders -------------------------------------------------------------------------------


def order(connection: Connection, order_id: UUID) -> CardOrder | None:
    """Return an order by id."""
    row = connection.execute(_ORDER + "WHERE order_id = %s", (order_id,)).fetchone()
    return _order(row) if row else None


def orders_of_wallet(
    connection: Connection, wallet_id: UUID, before: UUID | None, limit: int
) -> list[CardOrder]:
    """Return a wallet's orders, the highest id first, below `before` if given."""
    rows = connection.execute(
        _ORDER + "WHERE wallet_id = %s AND (%s::uuid IS NULL OR order_id < %s)"
        " ORDER BY order_id DESC LIMIT %s",
        (wallet_id, before, before, limit),
    ).fetchall()
    return [_order(row) for row in rows]


def orders_of_cause(connection: Connection, wallet_id: UUID, payment_id: UUID) -> list[CardOrder]:
    """Return the orders that asked cards for what a payment lacks, in the order of asking."""
    rows = connection.execute(
        _ORDER + "WHERE wallet_id = %s AND cause_id = %s AND kind = %s ORDER BY asked_at, order_id",
        (wallet_id, payment_id, OrderKind.SHORTFALL),
    ).fetchall()
    return [_order(row) for row in rows]


def has_open_orders(connection: Connection, wallet_id: UUID) -> bool:
    """Return whether money between this wallet and a card is on its way, or stranded."""
    row = connection.execute(
        "SELECT 1 FROM bank.card_order WHERE wallet_id = %s AND status IN (1, 4) LIMIT 1",
        (wallet_id,),
    ).fetchone()
    return row is not None


def stranded_orders(
    connection: Connection, operator_id: UUID, after: UUID | None, limit: int
) -> list[CardOrder]:
    """Return orders whose money staff has to place, the lowest id first, above `after` if given."""
    rows = connection.execute(
        _ORDER + "WHERE status = 4 AND operator_id = %s AND (%s::uuid IS NULL OR order_id > %s)"
        " ORDER BY order_id LIMIT %s",
        (operator_id, after, after, limit),
    ).fetchall()
    return [_order(row) for row in rows]


def pending_orders(
    connection: Connection, operator_id: UUID, before: datetime, after: UUID | None, limit: int
) -> list[CardOrder]:
    """Return pending orders asked for before a moment, the lowest id first, above `after`."""
    rows = connection.execute(
        _ORDER + "WHERE status = 1 AND operator_id = %s AND asked_at < %s"
        " AND (%s::uuid IS NULL OR order_id > %s) ORDER BY order_id LIMIT %s",
        (operator_id, before, after, after, limit),
    ).fetchall()
    return [_order(row) for row in rows]


def leave_stranded(connection: Connection, order_id: UUID) -> CardOrder | None:
    """Say that a stranded order is tried again, and return it; None if it is not stranded now."""
    row = connection.execute(
        "UPDATE bank.card_order SET status = 5"  # noqa: S608 - columns, no input
        f" WHERE order_id = %s AND status = 4 RETURNING {_COLUMNS}",
        (order_id,),
    ).fetchone()
    return _order(row) if row else None


def insert_order(connection: Connection, order: CardOrder) -> bool:
    """Store a new order; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        f"INSERT INTO bank.card_order ({_COLUMNS})"  # noqa: S608 - columns, no input
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (order_id) DO NOTHING RETURNING order_id",
        _values(order),
    ).fetchone()
    return done is not None


def order_row(order: CardOrder) -> Row:
    """Return an order as a record that is stored together with a posting."""
    return Row("bank.card_order", encode_row(*_values(order)))


def end_order(connection: Connection, order: CardOrder) -> None:
    """Store how an order ended; one that has ended stays as it is."""
    connection.execute(
        "UPDATE bank.card_order SET status = %s, reason = %s, moved = %s, ended_at = %s"
        " WHERE order_id = %s AND status = 1",
        (order.status, order.reason, order.moved, order.ended_at, order.id),
    )


def claim_orders(
    connection: Connection, operator_id: UUID, now: datetime, lease: timedelta, limit: int
) -> list[CardOrder]:
    """Take an operator's pending orders that are due: nobody else does during the lease."""
    rows = connection.execute(
        "UPDATE bank.card_order o"  # noqa: S608 - columns, no input
        " SET next_try_at = %(until)s"
        " FROM (SELECT order_id FROM bank.card_order"
        "       WHERE status = 1 AND next_try_at <= %(now)s AND operator_id = %(operator)s"
        "       ORDER BY next_try_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) due"
        f" WHERE o.order_id = due.order_id RETURNING {_OF_O}",
        {"until": now + lease, "now": now, "operator": operator_id, "limit": limit},
    ).fetchall()
    return [_order(row) for row in rows]


# --- the bank's statements ----------------------------------------------------------------


def orders_by_id(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, CardOrder]:
    """Return those of these orders that there are."""
    rows = connection.execute(_ORDER + "WHERE order_id = ANY(%s)", (list(order_ids),)).fetchall()
    return {row[0]: _order(row) for row in rows}


def bookings(connection: Connection, order_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Return the day of the statement that each of these orders was found in, if any."""
    rows = connection.execute(
        "SELECT order_id, day FROM bank.card_order_booking WHERE order_id = ANY(%s)",
        (list(order_ids),),
    ).fetchall()
    return dict(rows)


def record_bookings(connection: Connection, order_ids: Sequence[UUID], day: int) -> None:
    """Note that orders were found in the statement of a day; the first note stays."""
    connection.execute(
        "INSERT INTO bank.card_order_booking (order_id, day)"
        " SELECT order_id, %s FROM unnest(%s::uuid[]) AS o (order_id) ON CONFLICT DO NOTHING",
        (day, list(order_ids)),
    )


def unbooked_orders(connection: Connection, operator_id: UUID, until: datetime) -> list[CardOrder]:
    """Return orders that the bank carried out before a moment, but no statement has shown."""
    rows = connection.execute(
        _ORDER + "o WHERE operator_id = %s AND moved AND ended_at < %s AND NOT EXISTS"
        " (SELECT FROM bank.card_order_booking b WHERE b.order_id = o.order_id)"
        " ORDER BY order_id",
        (operator_id, until),
    ).fetchall()
    return [_order(row) for row in rows]


def _values(order: CardOrder) -> tuple[Value, ...]:
    return (
        order.id,
        order.operator_id,
        Small(order.kind),
        order.wallet_id,
        order.person_id,
        order.card_id,
        int(order.amount),
        order.cause_id,
        Small(order.status),
        order.reason,
        order.moved,
        order.asked_at,
        order.ended_at,
        Small(order.tries),
        order.next_try_at,
    )


def _order(row: tuple[object, ...]) -> CardOrder:
    order_id, operator, kind, wallet, person, card, amount, cause, status, *rest = row
    return CardOrder(
        order_id, operator, OrderKind(kind), wallet, person, card, Fen(amount), cause,  # type: ignore[arg-type, call-overload]
        OrderStatus(status), *rest,  # type: ignore[arg-type]
    )  # fmt: skip
