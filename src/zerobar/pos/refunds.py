"""Refunds in the till's file, with all that a torn one needs to go on."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.device.file import DeviceFile
from zerobar.pos.errors import NotRefundable, RefundConflict, RefundUnknown
from zerobar.pos.model import Refund, RefundState, Road, Sale
from zerobar.pos.sales import next_in
from zerobar.purse.messages import Request
from zerobar.purse.money import Fen
from zerobar.reader import Payment

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS refund (
        id TEXT PRIMARY KEY,
        sale_id TEXT NOT NULL,
        number TEXT NOT NULL UNIQUE,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        reason TEXT NOT NULL,
        cashier TEXT NOT NULL,
        shift_id TEXT NOT NULL,
        road TEXT NOT NULL,
        state TEXT NOT NULL,
        is_in_hand INTEGER NOT NULL DEFAULT 0,
        refusal TEXT NOT NULL DEFAULT '',
        asked BLOB,
        payment BLOB,
        asked_at_unix_s INTEGER NOT NULL,
        done_at_unix_s INTEGER,
        closing_id TEXT
    );
    CREATE INDEX IF NOT EXISTS refund_sale ON refund (sale_id);
    CREATE INDEX IF NOT EXISTS refund_open ON refund (asked_at_unix_s)
        WHERE state IN ('asked', 'unknown');
"""
_COLUMNS: Final = (
    "id, sale_id, number, amount_fen, reason, cashier, shift_id, road, state, is_in_hand, refusal,"
    " asked_at_unix_s, done_at_unix_s"
)


@dataclass(frozen=True, slots=True)
class NewRefund:
    """What is to be given back, and by whom."""

    id: UUID
    amount: Fen
    reason: str
    cashier: str
    shift_id: UUID


class RefundStore:
    """Refunds, in a till's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def begin(self, sale: Sale, new: NewRefund, road: Road, number_head: str) -> Refund:
        """Keep a refund under a number of its own; the same again gives it as it stands.

        Raises RefundConflict, or NotRefundable when less is left of the sale.
        """
        with self._file.transaction() as connection:
            found = connection.execute(_select("WHERE id = ?"), (str(new.id),)).fetchone()
            if found is not None:
                return _same(_refund(found), sale, new)
            left = sale.amount - _given(connection, sale.id)
            if new.amount > left:
                raise NotRefundable(left=left)
            number = f"{number_head}R{next_in(connection, 'refund'):06d}"
            self._insert(connection, sale, new, road, number)
        return self.refund(new.id)

    def _insert(
        self, connection: sqlite3.Connection, sale: Sale, new: NewRefund, road: Road, number: str
    ) -> None:
        connection.execute(
            "INSERT INTO refund (id, sale_id, number, amount_fen, reason, cashier, shift_id, road,"
            " state, asked_at_unix_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'asked', ?)",
            (
                str(new.id),
                str(sale.id),
                number,
                int(new.amount),
                new.reason,
                new.cashier,
                str(new.shift_id),
                road.value,
                self._file.now(),
            ),
        )

    def refund(self, refund_id: UUID) -> Refund:
        """Return a refund; raises RefundUnknown."""
        row = self._file.row(_select("WHERE id = ?"), (str(refund_id),))
        if row is None:
            raise RefundUnknown
        return _refund(row)

    def has(self, refund_id: UUID) -> bool:
        """Return whether an id is a refund's."""
        return self._file.row("SELECT 1 FROM refund WHERE id = ?", (str(refund_id),)) is not None

    def of_sale(self, sale_id: UUID) -> list[Refund]:
        """Return a sale's refunds, refused ones too, in order."""
        return self._many("WHERE sale_id = ? ORDER BY asked_at_unix_s, number", (str(sale_id),))

    def left_of(self, sale: Sale) -> Fen:
        """Return how much of a sale can still be given back."""
        given = sum(
            refund.amount
            for refund in self.of_sale(sale.id)
            if refund.state is not RefundState.REFUSED
        )
        return sale.amount - given

    def unknown(self, most: int = 200) -> list[Refund]:
        """Return refunds that may be done, oldest first."""
        return self._many("WHERE state = 'unknown' ORDER BY asked_at_unix_s, id LIMIT ?", (most,))

    def done_between(self, start_unix_s: int, end_unix_s: int) -> list[Refund]:
        """Return refunds done in a span of time, in order."""
        return self._many(
            "WHERE state = 'done' AND done_at_unix_s >= ? AND done_at_unix_s < ?"
            " ORDER BY done_at_unix_s, number",
            (start_unix_s, end_unix_s),
        )

    def doubt(self, refund_id: UUID) -> None:
        """Note, before it is asked for, that it may be done from now on."""
        self._file.execute(
            "UPDATE refund SET state = 'unknown' WHERE id = ? AND state = 'asked'",
            (str(refund_id),),
        )

    def refuse(self, refund_id: UUID, why: str) -> None:
        """Note that it is not done and never will be."""
        self._file.execute(
            "UPDATE refund SET state = 'refused', refusal = ? WHERE id = ? AND state <> 'done'",
            (why, str(refund_id)),
        )

    def forget_asked(self, refund_id: UUID) -> None:
        """Note that the till's purse refused to pay: nothing moved, another card may be tapped."""
        self._file.execute(
            "UPDATE refund SET asked = NULL, state = 'asked' WHERE id = ? AND payment IS NULL",
            (str(refund_id),),
        )

    def finish(self, refund_id: UUID, *, in_hand: bool, at_unix_s: int | None = None) -> None:
        """Note that it is done; `in_hand`: the customer has the money already."""
        at = self._file.now() if at_unix_s is None else at_unix_s
        self._file.execute(
            "UPDATE refund SET state = 'done', is_in_hand = max(is_in_hand, ?),"
            " done_at_unix_s = coalesce(done_at_unix_s, ?) WHERE id = ?",
            (int(in_hand), at, str(refund_id)),
        )

    def keep_asked(self, refund_id: UUID, asked: Request) -> None:
        """Keep the request of the customer's purse before the till's purse pays it."""
        self._file.execute(
            "UPDATE refund SET asked = ?, state = 'unknown' WHERE id = ?",
            (bytes(asked), str(refund_id)),
        )

    def keep_payment(self, refund_id: UUID, payment: Payment) -> None:
        """Keep the till's voucher before the customer's purse is given it."""
        self._file.execute(
            "UPDATE refund SET payment = ?, state = 'done', done_at_unix_s ="
            " coalesce(done_at_unix_s, ?) WHERE id = ?",
            (bytes(payment), self._file.now(), str(refund_id)),
        )

    def asked(self, refund_id: UUID) -> tuple[Request | None, Payment | None]:
        """Return what a refund by tap has come to."""
        asked, payment = self._file.row(
            "SELECT asked, payment FROM refund WHERE id = ?", (str(refund_id),)
        )
        return (
            None if asked is None else Request.parse(asked),
            None if payment is None else Payment.parse(payment),
        )

    def _many(self, where: str, values: tuple[object, ...]) -> list[Refund]:
        return [_refund(row) for row in self._file.rows(_select(where), values)]


def _given(connection: sqlite3.Connection, sale_id: UUID) -> Fen:
    (given,) = connection.execute(
        "SELECT coalesce(sum(amount_fen), 0) FROM refund WHERE sale_id = ? AND state <> 'refused'",
        (str(sale_id),),
    ).fetchone()
    return Fen(given)


def _same(found: Refund, sale: Sale, new: NewRefund) -> Refund:
    if (found.sale_id, found.amount) != (sale.id, new.amount):
        raise RefundConflict
    return found


def _select(where: str) -> str:
    return f"SELECT {_COLUMNS} FROM refund {where}"  # noqa: S608 - our own names


def _refund(row: tuple[Any, ...]) -> Refund:
    return Refund(
        id=UUID(row[0]),
        sale_id=UUID(row[1]),
        number=row[2],
        amount=Fen(row[3]),
        reason=row[4],
        cashier=row[5],
        shift_id=UUID(row[6]),
        road=Road(row[7]),
        state=RefundState(row[8]),
        is_in_hand=bool(row[9]),
        refusal=row[10],
        asked_at_unix_s=row[11],
        done_at_unix_s=row[12],
    )
