"""A line's account: every change of its balance is an entry, under a reference that counts once.

An account below zero is in arrears from that day on; back at zero, the line resumes at once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from zerobar.database import Connection
from zerobar.telecom.errors import LineUnknown
from zerobar.telecom.model import Entry, EntryKind, Line, LineStatus

_LINE: Final = (
    "SELECT number, plan, balance_fen, status, overdue_since, opened_at FROM telecom.line"
    " WHERE number = %s"
)
_CHANGE: Final = """
    UPDATE telecom.line SET
        balance_fen = balance_fen + %(amount)s,
        entries = entries + 1,
        overdue_since = CASE WHEN balance_fen + %(amount)s < 0
            THEN coalesce(overdue_since, %(today)s) END,
        status = CASE WHEN balance_fen + %(amount)s >= 0 AND status <> %(closed)s
            THEN %(active)s ELSE status END
    WHERE number = %(number)s
    RETURNING entries, balance_fen
"""


def line(connection: Connection, number: str) -> Line:
    """Return a line; raises LineUnknown."""
    return _line(connection.execute(_LINE, (number,)).fetchone())


def locked_line(connection: Connection, number: str) -> Line:
    """Return a line that nobody else changes until the transaction ends; raises LineUnknown."""
    return _line(connection.execute(_LINE + " FOR UPDATE", (number,)).fetchone())


def has_entry(connection: Connection, number: str, kind: EntryKind, reference: str) -> bool:
    """Return whether an account was changed under this reference before."""
    row = connection.execute(
        "SELECT FROM telecom.entry WHERE number = %s AND kind = %s AND reference = %s",
        (number, kind, reference),
    ).fetchone()
    return row is not None


def change(
    connection: Connection,
    entry: tuple[str, EntryKind, str],
    amount_fen: int,
    today: date,
    now: datetime,
) -> None:
    """Change the balance of a locked line; who owes nothing is not suspended.

    A closed line stays closed, whatever is refunded of what it once got.

    Args:
        entry: the line's number, why, and the reference under which it counts once.
        amount_fen: what it does to the balance.
        today: the day in China.
    """
    number, kind, reference = entry
    row = connection.execute(
        _CHANGE,
        {
            "number": number,
            "amount": amount_fen,
            "today": today,
            "active": int(LineStatus.ACTIVE),
            "closed": int(LineStatus.CLOSED),
        },
    ).fetchone()
    assert row is not None, "the line is locked"
    connection.execute(
        "INSERT INTO telecom.entry (number, position, kind, reference, amount_fen, balance_fen,"
        " made_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (number, row[0], kind, reference, amount_fen, row[1], now),
    )


def entries(connection: Connection, number: str, before: int | None, most: int) -> list[Entry]:
    """Return an account's entries, newest first, below a position."""
    rows = connection.execute(
        "SELECT number, position, kind, reference, amount_fen, balance_fen, made_at"
        " FROM telecom.entry WHERE number = %(number)s"
        " AND (%(before)s::integer IS NULL OR position < %(before)s)"
        " ORDER BY position DESC LIMIT %(most)s",
        {"number": number, "before": before, "most": most},
    )
    return [Entry(row[0], row[1], EntryKind(row[2]), *row[3:]) for row in rows]


def _line(row: tuple[Any, ...] | None) -> Line:
    if row is None:
        raise LineUnknown
    number, plan, balance, status, overdue_since, opened_at = row
    return Line(number, plan, balance, LineStatus(status), overdue_since, opened_at)
