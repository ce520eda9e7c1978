"""Reading and writing settlements and the files that carry them to the bank."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.merchants.model import Settlement, SettlementState
from zerobar.database import Connection
from zerobar.purse.money import Fen

_SETTLEMENT: Final = (
    "SELECT merchant_id, day, settlement_id, operator_id, wallet_id, amount_fen, state, reason,"
    " made_at, ended_at FROM bank.settlement "
)
_FILE: Final = (
    "SELECT operator_id, day, file_name, message, made_at, submitted_at FROM bank.settlement_file "
)
_LAST_DAY: Final = 99_991_231


@dataclass(frozen=True, slots=True)
class SettlementFile:
    """What the bank is asked to pay for a day.

    Attributes:
        message: pain.001.001.09 as it is handed in; empty when nothing was to be paid.
    """

    operator_id: UUID
    day: int
    name: str
    message: bytes = field(repr=False)
    made_at: datetime
    submitted_at: datetime | None


def only_one(connection: Connection, operator_id: UUID) -> None:
    """Let no other settlement of the operator plan or write files until the transaction ends."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('settlement' || %s, 0))", (str(operator_id),)
    )


def is_planned(connection: Connection, operator_id: UUID, day: int) -> bool:
    """Return whether a day's amounts are fixed."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM bank.settlement WHERE operator_id = %s AND day = %s)"
        " OR EXISTS (SELECT FROM bank.settlement_file WHERE operator_id = %s AND day = %s)",
        (operator_id, day, operator_id, day),
    ).fetchone()
    return row == (True,)


def insert_settlement(connection: Connection, new: Settlement) -> None:
    """Fix what a merchant is to get for a day; what was fixed before stays."""
    connection.execute(
        "INSERT INTO bank.settlement (merchant_id, day, settlement_id, operator_id, wallet_id,"
        " amount_fen, state, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (
            new.merchant_id,
            new.day,
            new.id,
            new.operator_id,
            new.wallet_id,
            int(new.amount),
            new.state,
            new.made_at,
        ),
    )


def settlements_of_day(
    connection: Connection, operator_id: UUID, day: int, state: SettlementState | None = None
) -> list[Settlement]:
    """Return a day's settlements in the order of merchants, all or those of one state."""
    rows = connection.execute(
        _SETTLEMENT + "WHERE operator_id = %(operator)s AND day = %(day)s"
        " AND (%(state)s::smallint IS NULL OR state = %(state)s) ORDER BY merchant_id",
        {"operator": operator_id, "day": day, "state": state},
    ).fetchall()
    return [_settlement(row) for row in rows]


def suspended_of_day(connection: Connection, operator_id: UUID, day: int) -> list[Settlement]:
    """Return a day's settlements that have not ended and whose merchants are suspended."""
    rows = connection.execute(
        _SETTLEMENT  # noqa: S608 - columns, no input
        + "WHERE operator_id = %s AND day = %s AND state < 3 AND merchant_id IN"
        " (SELECT merchant_id FROM bank.merchant WHERE suspended_at IS NOT NULL)"
        " ORDER BY merchant_id",
        (operator_id, day),
    ).fetchall()
    return [_settlement(row) for row in rows]


def settlements_of_merchant(
    connection: Connection, merchant_id: UUID, before_day: int | None, limit: int
) -> list[Settlement]:
    """Return a merchant's settlements, the newest day first, those before a day."""
    rows = connection.execute(
        _SETTLEMENT + "WHERE merchant_id = %s AND day < %s ORDER BY day DESC LIMIT %s",
        (merchant_id, before_day or _LAST_DAY, limit),
    ).fetchall()
    return [_settlement(row) for row in rows]


def settlement_by_id(
    connection: Connection, merchant_id: UUID, settlement_id: UUID
) -> Settlement | None:
    """Return a merchant's settlement by id."""
    row = connection.execute(
        _SETTLEMENT + "WHERE merchant_id = %s AND settlement_id = %s", (merchant_id, settlement_id)
    ).fetchone()
    return _settlement(row) if row else None


def settlements_by_id(
    connection: Connection, operator_id: UUID, settlement_ids: list[UUID]
) -> dict[UUID, Settlement]:
    """Return an operator's settlements by id, in one round trip."""
    rows = connection.execute(
        _SETTLEMENT + "WHERE settlement_id = ANY(%s) AND operator_id = %s",
        (settlement_ids, operator_id),
    ).fetchall()
    return {row[2]: _settlement(row) for row in rows}


def unbooked_settlements(
    connection: Connection, operator_id: UUID, until: datetime
) -> list[Settlement]:
    """Return what the bank said before a moment that it had paid, but no statement has shown."""
    rows = connection.execute(
        _SETTLEMENT + "s WHERE operator_id = %s AND state = %s AND ended_at < %s AND NOT EXISTS"
        " (SELECT FROM bank.settlement_booking b WHERE b.settlement_id = s.settlement_id)"
        " ORDER BY settlement_id",
        (operator_id, SettlementState.DONE, until),
    ).fetchall()
    return [_settlement(row) for row in rows]


def bookings(connection: Connection, settlement_ids: list[UUID]) -> dict[UUID, int]:
    """Return the day of the statement that each of these was found in, if any."""
    rows = connection.execute(
        "SELECT settlement_id, day FROM bank.settlement_booking WHERE settlement_id = ANY(%s)",
        (settlement_ids,),
    ).fetchall()
    return dict(rows)


def record_bookings(connection: Connection, settlement_ids: list[UUID], day: int) -> None:
    """Note that settlements were found in the statement of a day; the first note stays."""
    connection.execute(
        "INSERT INTO bank.settlement_booking (settlement_id, day)"
        " SELECT settlement_id, %s FROM unnest(%s::uuid[]) AS s (settlement_id)"
        " ON CONFLICT DO NOTHING",
        (day, settlement_ids),
    )


def set_state(
    connection: Connection,
    settlement: Settlement,
    state: SettlementState,
    *,
    reason: str = "",
    ended_at: datetime | None = None,
) -> bool:
    """Record how far a settlement has come; return False if it had come as far before."""
    done = connection.execute(
        "UPDATE bank.settlement SET state = %s, reason = %s, ended_at = %s"
        " WHERE merchant_id = %s AND day = %s AND state < %s RETURNING settlement_id",
        (state, reason, ended_at, settlement.merchant_id, settlement.day, min(state, 3)),
    ).fetchone()
    return done is not None


def file_of_day(connection: Connection, operator_id: UUID, day: int) -> SettlementFile | None:
    """Return the file of a day."""
    row = connection.execute(
        _FILE + "WHERE operator_id = %s AND day = %s", (operator_id, day)
    ).fetchone()
    return SettlementFile(*row) if row else None


def insert_file(connection: Connection, new: SettlementFile) -> None:
    """Store the file of a day, which must have none."""
    connection.execute(
        "INSERT INTO bank.settlement_file (operator_id, day, file_name, message, made_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (new.operator_id, new.day, new.name, new.message, new.made_at),
    )


def set_submitted(connection: Connection, file: SettlementFile, moment: datetime) -> None:
    """Record that the bank has the file."""
    connection.execute(
        "UPDATE bank.settlement_file SET submitted_at = coalesce(submitted_at, %s)"
        " WHERE operator_id = %s AND day = %s",
        (moment, file.operator_id, file.day),
    )


def unfinished_days(connection: Connection, operator_id: UUID) -> list[int]:
    """Return the days on which something is still to be held, handed in or heard of."""
    rows = connection.execute(
        # The number stands here as in the index, so that only what is unfinished is read.
        "SELECT DISTINCT day FROM bank.settlement WHERE operator_id = %s AND state < 3"
        " ORDER BY day",
        (operator_id,),
    ).fetchall()
    return [row[0] for row in rows]


def _settlement(row: tuple[Any, ...]) -> Settlement:
    merchant_id, day, settlement_id, operator_id, wallet_id, amount, state, *rest = row
    ids = settlement_id, operator_id, wallet_id
    return Settlement(merchant_id, day, *ids, Fen(amount), SettlementState(state), *rest)
