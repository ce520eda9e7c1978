"""The day's closing: each paid sale and each refund is in exactly one, whatever the clocks say."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.device.file import DeviceFile
from zerobar.purse.money import Fen

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS closing (
        id TEXT PRIMARY KEY,
        number INTEGER NOT NULL UNIQUE,
        made_by TEXT NOT NULL,
        made_at_unix_s INTEGER NOT NULL,
        totals TEXT NOT NULL
    );
"""
_SALES: Final = """
    SELECT means, cashier, is_late, count(*), sum(amount_fen) FROM sale
    WHERE state = 'paid' AND closing_id IS ? GROUP BY means, cashier, is_late ORDER BY 1, 2, 3
"""
_REFUNDS: Final = """
    SELECT road, cashier, count(*), sum(amount_fen) FROM refund
    WHERE state = 'done' AND closing_id IS ? GROUP BY road, cashier ORDER BY 1, 2
"""
_PENDING: Final = """
    SELECT count(*), coalesce(sum(amount_fen), 0) FROM sale
    WHERE state IN ('asking', 'unknown', 'given-up')
"""


@dataclass(frozen=True, slots=True)
class Total:
    """How many of one kind, by one cashier, and their sum.

    Attributes:
        kind: a sale's means, or `refund-` and its road.
        is_late: paid after they were given up; they are among the others.
    """

    kind: str
    cashier: str
    is_late: bool
    count: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Totals:
    """What a till has taken and given back.

    Attributes:
        pending_count: sales that may turn out to be paid; then they are in the next closing.
    """

    sales: tuple[Total, ...]
    refunds: tuple[Total, ...]
    pending_count: int
    pending_fen: int

    @property
    def taken(self) -> Fen:
        """The sum of all sales."""
        return Fen(sum(total.amount_fen for total in self.sales))

    @property
    def given_back(self) -> Fen:
        """The sum of all refunds."""
        return Fen(sum(total.amount_fen for total in self.refunds))

    def taken_by(self, *kinds: str) -> Fen:
        """Return the sum of sales of some kinds."""
        return Fen(sum(total.amount_fen for total in self.sales if total.kind in kinds))


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing that was made."""

    id: UUID
    number: int
    made_by: str
    made_at_unix_s: int
    totals: Totals


class ClosingStore:
    """Closings, in a till's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def so_far(self) -> Totals:
        """Return what has come together since the last closing."""
        with self._file.transaction() as connection:
            return _totals(connection, None)

    def close(self, closing_id: UUID, made_by: str) -> Closing:
        """Close: all that is in no closing yet is in this one. The same id again, the same one."""
        with self._file.transaction() as connection:
            if _found(connection, closing_id) is None:
                self._close(connection, closing_id, made_by)
            row = _found(connection, closing_id)
        assert row is not None
        return _closing(row)

    def _close(self, connection: sqlite3.Connection, closing_id: UUID, made_by: str) -> None:
        for table, state in (("sale", "paid"), ("refund", "done")):
            connection.execute(
                f"UPDATE {table} SET closing_id = ?"  # noqa: S608 - our own names
                " WHERE state = ? AND closing_id IS NULL",
                (str(closing_id), state),
            )
        connection.execute(
            "INSERT INTO closing (id, number, made_by, made_at_unix_s, totals)"
            " VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM closing), ?, ?, ?)",
            (
                str(closing_id),
                made_by,
                self._file.now(),
                json.dumps(asdict(_totals(connection, str(closing_id)))),
            ),
        )

    def closings(self, most: int) -> list[Closing]:
        """Return the newest closings first."""
        rows = self._file.rows(f"{_SELECT} ORDER BY number DESC LIMIT ?", (most,))
        return [_closing(row) for row in rows]


_SELECT: Final = "SELECT id, number, made_by, made_at_unix_s, totals FROM closing"


def _found(connection: sqlite3.Connection, closing_id: UUID) -> tuple[Any, ...] | None:
    found: tuple[Any, ...] | None = connection.execute(
        f"{_SELECT} WHERE id = ?", (str(closing_id),)
    ).fetchone()
    return found


def _totals(connection: sqlite3.Connection, closing_id: str | None) -> Totals:
    sales = connection.execute(_SALES, (closing_id,)).fetchall()
    refunds = connection.execute(_REFUNDS, (closing_id,)).fetchall()
    pending_count, pending_fen = connection.execute(_PENDING).fetchone()
    return Totals(
        tuple(Total(kind, who, bool(late), n, fen) for kind, who, late, n, fen in sales),
        tuple(Total(f"refund-{road}", who, False, n, fen) for road, who, n, fen in refunds),
        pending_count,
        pending_fen,
    )


def _closing(row: tuple[Any, ...]) -> Closing:
    id_, number, made_by, made_at_unix_s, text = row
    kept = json.loads(text)
    totals = Totals(
        tuple(Total(**total) for total in kept["sales"]),
        tuple(Total(**total) for total in kept["refunds"]),
        kept["pending_count"],
        kept["pending_fen"],
    )
    return Closing(UUID(id_), number, made_by, made_at_unix_s, totals)
