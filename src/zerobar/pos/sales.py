"""Sales in the till's file: each step is on the disk before what it is for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from zerobar.device.file import DeviceFile
from zerobar.pos.errors import SaleConflict, SaleUnknown
from zerobar.pos.model import Item, Means, Road, Sale, SaleState
from zerobar.purse.money import Fen

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS sale (
        id TEXT PRIMARY KEY,
        number TEXT NOT NULL UNIQUE,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        items TEXT NOT NULL,
        cashier TEXT NOT NULL,
        shift_id TEXT NOT NULL,
        state TEXT NOT NULL,
        road TEXT,
        exposed INTEGER NOT NULL DEFAULT 0,
        attempt_id TEXT,
        means TEXT,
        paid_by TEXT,
        is_late INTEGER NOT NULL DEFAULT 0,
        began_at_unix_s INTEGER NOT NULL,
        paid_at_unix_s INTEGER,
        prints INTEGER NOT NULL DEFAULT 0,
        closing_id TEXT,
        CHECK ((state = 'paid') = (paid_by IS NOT NULL))
    );
    CREATE INDEX IF NOT EXISTS sale_pending ON sale (began_at_unix_s)
        WHERE state IN ('asking', 'unknown', 'given-up');
    CREATE INDEX IF NOT EXISTS sale_began ON sale (began_at_unix_s);
    CREATE TABLE IF NOT EXISTS attempt (
        id TEXT PRIMARY KEY,
        sale_id TEXT NOT NULL,
        means TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS attempt_sale ON attempt (sale_id);
    CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""
_COLUMNS: Final = (
    "id, number, amount_fen, items, cashier, shift_id, state, road, exposed, attempt_id, means,"
    " paid_by, is_late, began_at_unix_s, paid_at_unix_s"
)
_NOT_OVER: Final = "state IN ('open', 'asking', 'unknown')"


class SaleStore:
    """Sales and the attempts to have them paid."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def next_number(self) -> int:
        """Return a number that was never returned before, also after a crash."""
        with self._file.transaction() as connection:
            return _counted(connection, "sale")

    def begin(self, sale: Sale) -> Sale:
        """Keep a new sale; the same again gives it as it stands. Raises SaleConflict."""
        with self._file.transaction() as connection:
            try:
                connection.execute(
                    f"INSERT INTO sale ({_COLUMNS}) VALUES"  # noqa: S608 - our own names
                    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    _row(sale),
                )
            except sqlite3.IntegrityError:
                return _same(_found(connection, sale.id), sale)
        return sale

    def sale(self, sale_id: UUID) -> Sale:
        """Return a sale; raises SaleUnknown."""
        row = self._file.row(_select("WHERE id = ?"), (str(sale_id),))
        if row is None:
            raise SaleUnknown
        return _sale(row)

    def has(self, sale_id: UUID) -> bool:
        """Return whether an id is a sale's."""
        return self._file.row("SELECT 1 FROM sale WHERE id = ?", (str(sale_id),)) is not None

    def by_number(self, number: str) -> Sale:
        """Return a sale by its order number; raises SaleUnknown."""
        row = self._file.row(_select("WHERE number = ?"), (number,))
        if row is None:
            raise SaleUnknown
        return _sale(row)

    def expose(self, sale_id: UUID, road: Road) -> None:
        """Note, before it is so, that somebody can pay on a road from now on."""
        self._file.execute(
            "UPDATE sale SET state = 'unknown', road = ?, exposed = 1"  # noqa: S608 - constant
            f" WHERE id = ? AND {_NOT_OVER}",
            (road.value, str(sale_id)),
        )

    def wait(self, sale_id: UUID) -> None:
        """Note that the customer is seen to be asked, and has not paid as far as is known."""
        self._file.execute(
            "UPDATE sale SET state = 'asking' WHERE id = ? AND state = 'unknown'", (str(sale_id),)
        )

    def take_back(self, sale_id: UUID) -> None:
        """Note that what was asked is certainly not paid, and cannot be any more."""
        self._file.execute(
            "UPDATE sale SET state = 'open', road = NULL,"  # noqa: S608 - constant
            f" exposed = 0, attempt_id = NULL WHERE id = ? AND {_NOT_OVER}",
            (str(sale_id),),
        )

    def unexpose(self, sale_id: UUID) -> None:
        """Note that nobody who could pay has kept what was asked; the road stays chosen."""
        self._file.execute(
            f"UPDATE sale SET state = 'open', exposed = 0 WHERE id = ? AND {_NOT_OVER}",  # noqa: S608
            (str(sale_id),),
        )

    def attempt(self, sale_id: UUID, attempt_id: UUID, means: Means, *, own: bool) -> None:
        """Keep an attempt before it begins; `own`: it is the sale's request to a card."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT INTO attempt (id, sale_id, means) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (str(attempt_id), str(sale_id), means.value),
            )
            if own:
                connection.execute(
                    "UPDATE sale SET attempt_id = ? WHERE id = ?", (str(attempt_id), str(sale_id))
                )

    def attempts(self, sale_id: UUID) -> list[tuple[UUID, Means]]:
        """Return a sale's attempts, and by what means each was made."""
        rows = self._file.rows(
            "SELECT id, means FROM attempt WHERE sale_id = ? ORDER BY rowid", (str(sale_id),)
        )
        return [(UUID(id_), Means(means)) for id_, means in rows]

    def pay(self, sale_id: UUID, means: Means, paid_by: UUID, at_unix_s: int | None = None) -> None:
        """Note that a sale is paid, however it stands; a second time changes nothing.

        Args:
            at_unix_s: by the bank's clock, where it said when.
        """
        at = self._file.now() if at_unix_s is None else at_unix_s
        self._file.execute(
            "UPDATE sale SET is_late = state IN ('given-up', 'cancelled'), state = 'paid',"
            " means = ?, paid_by = ?, paid_at_unix_s = ? WHERE id = ? AND state <> 'paid'",
            (means.value, str(paid_by), at, str(sale_id)),
        )

    def count_print(self, sale_id: UUID) -> int:
        """Count a printed receipt; return how many there are now."""
        with self._file.transaction() as connection:
            (prints,) = connection.execute(
                "UPDATE sale SET prints = prints + 1 WHERE id = ? RETURNING prints",
                (str(sale_id),),
            ).fetchone()
        return int(prints)

    def end(self, sale_id: UUID, state: SaleState) -> None:
        """Cancel a sale or give it up."""
        assert state in (SaleState.CANCELLED, SaleState.GIVEN_UP)
        self._file.execute(
            "UPDATE sale SET state = ? WHERE id = ? AND state <> 'paid'",
            (state.value, str(sale_id)),
        )

    def pending(self, most: int = 200) -> list[Sale]:
        """Return sales that may turn out to be paid, oldest first."""
        return self._many(
            "WHERE state IN ('asking', 'unknown', 'given-up') ORDER BY began_at_unix_s, id LIMIT ?",
            (most,),
        )

    def tried(self, most: int = 200) -> list[Sale]:
        """Return unpaid sales that somebody was asked for, the newest first."""
        return self._many(
            "WHERE state <> 'paid' AND id IN (SELECT sale_id FROM attempt)"
            " ORDER BY began_at_unix_s DESC, number DESC LIMIT ?",
            (most,),
        )

    def found(self, text: str, since_unix_s: int, most: int) -> list[Sale]:
        """Return the newest sales since a time whose number holds a text, newest first."""
        return self._many(
            "WHERE began_at_unix_s >= ? AND instr(lower(number), lower(?)) > 0"
            " ORDER BY began_at_unix_s DESC, number DESC LIMIT ?",
            (since_unix_s, text, most),
        )

    def newest(self, most: int) -> list[Sale]:
        """Return the newest sales first."""
        return self._many("ORDER BY began_at_unix_s DESC, number DESC LIMIT ?", (most,))

    def paid_between(self, start_unix_s: int, end_unix_s: int) -> list[Sale]:
        """Return sales paid in a span of time, in order."""
        return self._many(
            "WHERE state = 'paid' AND paid_at_unix_s >= ? AND paid_at_unix_s < ?"
            " ORDER BY paid_at_unix_s, number",
            (start_unix_s, end_unix_s),
        )

    def _many(self, where: str, values: tuple[object, ...]) -> list[Sale]:
        return [_sale(row) for row in self._file.rows(_select(where), values)]


def next_in(connection: sqlite3.Connection, name: str) -> int:
    """Count one further within a transaction."""
    return _counted(connection, name)


def _counted(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(
        "INSERT INTO counter (name, value) VALUES (?, 1)"
        " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        (name,),
    ).fetchone()
    return int(value)


def _found(connection: sqlite3.Connection, sale_id: UUID) -> Sale | None:
    row = connection.execute(_select("WHERE id = ?"), (str(sale_id),)).fetchone()
    return None if row is None else _sale(row)


def _same(found: Sale | None, sale: Sale) -> Sale:
    asked = sale.number, sale.amount, sale.items
    if found is None or (found.number, found.amount, found.items) != asked:
        raise SaleConflict
    return found


def _select(where: str) -> str:
    return f"SELECT {_COLUMNS} FROM sale {where}"  # noqa: S608 - our own names


def _row(sale: Sale) -> tuple[object, ...]:
    return (
        str(sale.id),
        sale.number,
        int(sale.amount),
        write_items(sale.items),
        sale.cashier,
        str(sale.shift_id),
        sale.state.value,
        None if sale.road is None else sale.road.value,
        int(sale.exposed),
        _text(sale.attempt_id),
        None if sale.means is None else sale.means.value,
        _text(sale.paid_by),
        int(sale.is_late),
        sale.began_at_unix_s,
        sale.paid_at_unix_s,
    )


def _sale(row: tuple[Any, ...]) -> Sale:
    return Sale(
        id=UUID(row[0]),
        number=row[1],
        amount=Fen(row[2]),
        items=read_items(row[3]),
        cashier=row[4],
        shift_id=UUID(row[5]),
        state=SaleState(row[6]),
        road=None if row[7] is None else Road(row[7]),
        exposed=bool(row[8]),
        attempt_id=_uuid(row[9]),
        means=None if row[10] is None else Means(row[10]),
        paid_by=_uuid(row[11]),
        is_late=bool(row[12]),
        began_at_unix_s=row[13],
        paid_at_unix_s=row[14],
    )


def write_items(items: Iterable[Item]) -> str:
    """Return items as they are kept."""
    return json.dumps([[i.name, i.quantity, int(i.amount)] for i in items], ensure_ascii=False)


def read_items(text: str) -> tuple[Item, ...]:
    """Return items as they were kept."""
    return tuple(Item(name, quantity, Fen(fen)) for name, quantity, fen in json.loads(text))


def _text(id_: UUID | None) -> str | None:
    return None if id_ is None else str(id_)


def _uuid(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)
