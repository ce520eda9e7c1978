"""What the operator must see: vouchers that came by, and void statements, until it has answered."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from zerobar.device.file import DeviceFile
from zerobar.issuer import Undo
from zerobar.purse.messages import Certificate, VoidStatement, Voucher
from zerobar.purse.money import Fen
from zerobar.reader import Payment, Sentence

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS outgoing (
        body BLOB PRIMARY KEY,
        payment BLOB NOT NULL,
        amount_fen INTEGER NOT NULL,
        kept_at_unix_s INTEGER NOT NULL,
        taken INTEGER,
        sentence TEXT
    );
    CREATE INDEX IF NOT EXISTS outgoing_unanswered ON outgoing (kept_at_unix_s) WHERE taken IS NULL;
    CREATE TABLE IF NOT EXISTS statement (
        statement BLOB PRIMARY KEY,
        certificate BLOB NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0
    );
"""
_BETWEEN: Final = "\n"
"""Between an answer's English and its Chinese."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A voucher for the operator to see.

    Attributes:
        kept_at_unix_s: since when it waits here.
        taken: None while the operator has not answered; then whether it keeps it.
        sentence: what the operator said.
    """

    payment: Payment
    kept_at_unix_s: int
    taken: bool | None
    sentence: Sentence | None


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What waits for the operator.

    Attributes:
        since_unix_s: how long the oldest waits; None: nothing does.
    """

    count: int
    amount: Fen
    since_unix_s: int | None


class OutgoingStore:
    """The queue to the operator, in a device's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def keep(self, payment: Payment) -> None:
        """Keep a voucher until the operator has answered for it; a known one changes nothing."""
        with self._file.transaction() as connection:
            insert(connection, payment, self._file.now())

    def unanswered(self, most: int) -> list[Payment]:
        """Return vouchers that the operator has not answered for, oldest first."""
        rows = self._file.rows(
            "SELECT payment FROM outgoing WHERE taken IS NULL ORDER BY kept_at_unix_s, body"
            " LIMIT ?",
            (most,),
        )
        return [Payment.parse(row[0]) for row in rows]

    def answer(self, payment: Payment, *, taken: bool, sentence: Sentence) -> None:
        """Note what the operator said of a voucher."""
        self._file.execute(
            "UPDATE outgoing SET taken = ?, sentence = ? WHERE body = ?",
            (taken, f"{sentence}{_BETWEEN}{sentence.zh}", payment.voucher.body),
        )

    def is_seen(self, voucher: Voucher) -> bool:
        """Return whether the operator has answered for a voucher that came by here."""
        row = self._file.row("SELECT taken FROM outgoing WHERE body = ?", (voucher.body,))
        return row is not None and row[0] is not None

    def is_refused(self, voucher: Voucher) -> bool:
        """Return whether the operator has refused a voucher that came by here, for good."""
        row = self._file.row("SELECT taken FROM outgoing WHERE body = ?", (voucher.body,))
        return row is not None and row[0] == 0

    def history(self, most: int) -> list[Outgoing]:
        """Return vouchers that came by here, newest first."""
        rows = self._file.rows(
            "SELECT payment, kept_at_unix_s, taken, sentence FROM outgoing"
            " ORDER BY kept_at_unix_s DESC, body LIMIT ?",
            (most,),
        )
        return [
            Outgoing(
                Payment.parse(raw), kept_at, None if taken is None else bool(taken), _read(said)
            )
            for raw, kept_at, taken, said in rows
        ]

    def at_risk(self) -> AtRisk:
        """Return what waits for the operator's answer."""
        count, amount, since = self._file.row(
            "SELECT count(*), coalesce(sum(amount_fen), 0), min(kept_at_unix_s)"
            " FROM outgoing WHERE taken IS NULL"
        )
        return AtRisk(count, Fen(amount), since)

    def keep_statement(self, undo: Undo) -> None:
        """Keep a void statement until the operator has it."""
        self._file.execute(
            "INSERT INTO statement (statement, certificate) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (bytes(undo.statement), bytes(undo.certificate)),
        )

    def unsent_statements(self) -> list[Undo]:
        """Return void statements that the operator does not have yet."""
        rows = self._file.rows(
            "SELECT statement, certificate FROM statement WHERE sent = 0 ORDER BY statement"
        )
        return [Undo(VoidStatement.parse(s), Certificate.parse(c)) for s, c in rows]

    def note_sent(self, undo: Undo) -> None:
        """Note that the operator has a statement."""
        self._file.execute(
            "UPDATE statement SET sent = 1 WHERE statement = ?", (bytes(undo.statement),)
        )


def insert(connection: sqlite3.Connection, payment: Payment, now_unix_s: int) -> None:
    """Keep a voucher within a transaction; a known one changes nothing."""
    connection.execute(
        "INSERT INTO outgoing (body, payment, amount_fen, kept_at_unix_s) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (payment.voucher.body, bytes(payment), int(payment.voucher.amount), now_unix_s),
    )


def _read(said: str | None) -> Sentence | None:
    """Return an answer as it was kept; what an older program kept is English only."""
    if said is None:
        return None
    english, _, chinese = said.partition(_BETWEEN)
    return Sentence(english, zh=chinese or english)
