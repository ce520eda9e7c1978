"""Bills in the till's file: each step is on the disk before what it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from zerobar.codes.lines import reference_of
from zerobar.device.file import DeviceFile
from zerobar.pos.errors import BillConflict, BillUnknown
from zerobar.purse.messages import Kind, Push
from zerobar.purse.money import CNY, Fen
from zerobar.reader import Payment

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS bill (
        id TEXT PRIMARY KEY,
        biller TEXT NOT NULL,
        line TEXT NOT NULL,
        amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
        cashier TEXT NOT NULL,
        began_at_unix_s INTEGER NOT NULL,
        exposed INTEGER NOT NULL DEFAULT 0,
        payment BLOB
    );
    CREATE TABLE IF NOT EXISTS bill_print (bill_id TEXT PRIMARY KEY, prints INTEGER NOT NULL);
"""
_SELECT: Final = (
    "SELECT id, biller, line, amount_fen, cashier, began_at_unix_s, exposed, payment FROM bill"
)
_TIME_LENGTH: Final = 4


class Biller(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom bills are collected for.

    Attributes:
        biller_id: of the payee that the bank hosts, 8 bytes in hexadecimal.
    """

    biller_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that a customer pays here.

    Attributes:
        line: the phone line that it is for, E.164.
        exposed: a card was asked, and may have paid.
        payment: the card's voucher and certificate, once they are here.
    """

    id: UUID
    biller: Biller
    line: str
    amount: Fen
    cashier: str
    began_at_unix_s: int
    exposed: bool = False
    payment: Payment | None = None

    @property
    def push(self) -> Push:
        """What a card is asked; always the same, so that it charges once."""
        return Push(
            kind=Kind.PUSH,
            payee_id=bytes.fromhex(self.biller.biller_id),
            amount=self.amount,
            currency=CNY,
            time=self.began_at_unix_s.to_bytes(_TIME_LENGTH),
            reference=reference_of(self.line),
        )


class BillStore:
    """Bills in the till's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def add(self, bill: Bill) -> None:
        """Keep a new bill; a known one changes nothing. Raises BillConflict.

        Its time is what a card tells it by from another bill of the same line and amount, so no two
        of these have the same.
        """
        self._file.execute(
            "INSERT INTO bill (id, biller, line, amount_fen, cashier, began_at_unix_s)"
            " SELECT ?1, ?2, ?3, ?4, ?5, max(?6, coalesce(max(began_at_unix_s) + 1, 0))"
            " FROM bill WHERE line = ?3 AND amount_fen = ?4 ON CONFLICT DO NOTHING",
            (
                str(bill.id),
                msgspec.json.encode(bill.biller).decode(),
                bill.line,
                int(bill.amount),
                bill.cashier,
                bill.began_at_unix_s,
            ),
        )
        kept = self.bill(bill.id)
        if (kept.biller.biller_id, kept.line, kept.amount) != (
            bill.biller.biller_id,
            bill.line,
            bill.amount,
        ):
            raise BillConflict

    def bill(self, bill_id: UUID) -> Bill:
        """Return a bill; raises BillUnknown."""
        row = self._file.row(f"{_SELECT} WHERE id = ?", (str(bill_id),))
        if row is None:
            raise BillUnknown
        return _bill(*row)

    def newest(self, most: int) -> list[Bill]:
        """Return the newest bills first."""
        rows = self._file.rows(f"{_SELECT} ORDER BY began_at_unix_s DESC, id LIMIT ?", (most,))
        return [_bill(*row) for row in rows]

    def count_print(self, bill_id: UUID) -> int:
        """Count a printed receipt; return how many there are now."""
        (prints,) = self._file.row(
            "INSERT INTO bill_print (bill_id, prints) VALUES (?, 1)"
            " ON CONFLICT (bill_id) DO UPDATE SET prints = prints + 1 RETURNING prints",
            (str(bill_id),),
        )
        return int(prints)

    def expose(self, bill_id: UUID, *, exposed: bool) -> None:
        """Note whether a card may have paid it."""
        self._file.execute("UPDATE bill SET exposed = ? WHERE id = ?", (int(exposed), str(bill_id)))

    def pay(self, bill_id: UUID, payment: Payment) -> None:
        """Note the voucher that pays it."""
        self._file.execute(
            "UPDATE bill SET payment = ? WHERE id = ? AND payment IS NULL",
            (bytes(payment), str(bill_id)),
        )


def _bill(id_: str, biller: str, line: str, amount: int, *more: Any) -> Bill:
    cashier, began_at, exposed, payment = more
    return Bill(
        UUID(id_),
        msgspec.json.decode(biller, type=Biller),
        line,
        Fen(amount),
        cashier,
        began_at,
        bool(exposed),
        None if payment is None else Payment.parse(payment),
    )
