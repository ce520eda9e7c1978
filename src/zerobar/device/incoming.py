"""What the operator sends to this device's purse: deliveries, loads, and when it was in sync."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from zerobar.device.file import DeviceFile
from zerobar.purse.messages import Request
from zerobar.reader import Payment

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS delivery (
        body BLOB PRIMARY KEY,
        payment BLOB NOT NULL,
        refusal TEXT
    );
    CREATE TABLE IF NOT EXISTS load (
        id TEXT PRIMARY KEY,
        asked BLOB NOT NULL,
        payment BLOB,
        done INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS synced (
        purse_id BLOB PRIMARY KEY,
        entry INTEGER NOT NULL,
        at_unix_s INTEGER NOT NULL
    );
"""


@dataclass(frozen=True, slots=True)
class Load:
    """A load that was begun: its id and request were kept before anybody was asked.

    Attributes:
        payment: the operator's voucher, once it has come.
    """

    id: UUID
    request: Request
    payment: Payment | None
    done: bool


@dataclass(frozen=True, slots=True)
class Synced:
    """When a purse was last in sync, and up to which entry."""

    entry: int
    at_unix_s: int = field(compare=False)


class IncomingStore:
    """What is on its way to the purse, in a device's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def keep_deliveries(self, payments: Iterable[Payment]) -> None:
        """Keep vouchers that are to be credited to this device's purse."""
        with self._file.transaction() as connection:
            connection.executemany(
                "INSERT INTO delivery (body, payment) VALUES (?, ?) ON CONFLICT DO NOTHING",
                [(payment.voucher.body, bytes(payment)) for payment in payments],
            )

    def deliveries(self) -> list[Payment]:
        """Return vouchers that this device's purse has neither taken nor refused."""
        rows = self._file.rows("SELECT payment FROM delivery WHERE refusal IS NULL ORDER BY body")
        return [Payment.parse(row[0]) for row in rows]

    def note_delivered(self, payment: Payment) -> None:
        """Note that the purse has credited a voucher."""
        self._file.execute("DELETE FROM delivery WHERE body = ?", (payment.voucher.body,))

    def note_refused(self, payment: Payment, refusal: str) -> None:
        """Note that the purse refused a voucher, and why; its operator decides it later."""
        self._file.execute(
            "UPDATE delivery SET refusal = ? WHERE body = ?", (refusal, payment.voucher.body)
        )

    def keep_load(self, load_id: UUID, request: Request) -> None:
        """Keep a load before the operator is asked."""
        self._file.execute(
            "INSERT INTO load (id, asked) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (str(load_id), bytes(request)),
        )

    def keep_load_payment(self, load_id: UUID, payment: Payment) -> None:
        """Keep the voucher that a load was answered with."""
        self._file.execute(
            "UPDATE load SET payment = ? WHERE id = ?", (bytes(payment), str(load_id))
        )

    def end_load(self, load_id: UUID) -> None:
        """Note that nothing of a load is left to do."""
        self._file.execute("UPDATE load SET done = 1 WHERE id = ?", (str(load_id),))

    def open_loads(self) -> list[Load]:
        """Return loads that were begun and have not ended."""
        rows = self._file.rows(
            "SELECT id, asked, payment, done FROM load WHERE done = 0 ORDER BY id"
        )
        return [
            Load(UUID(i), Request.parse(a), None if p is None else Payment.parse(p), bool(d))
            for i, a, p, d in rows
        ]

    def load(self, load_id: UUID) -> Load | None:
        """Return a load by its id, also one that has ended; None: it was never begun."""
        row = self._file.row("SELECT asked, payment, done FROM load WHERE id = ?", (str(load_id),))
        if row is None:
            return None
        asked, payment, done = row
        kept = None if payment is None else Payment.parse(payment)
        return Load(load_id, Request.parse(asked), kept, bool(done))

    def note_synced(self, purse_id: bytes, entry: int) -> None:
        """Note that a purse is in sync up to an entry."""
        self._file.execute(
            "INSERT OR REPLACE INTO synced (purse_id, entry, at_unix_s) VALUES (?, ?, ?)",
            (purse_id, entry, self._file.now()),
        )

    def synced(self, purse_id: bytes) -> Synced | None:
        """Return when a purse was last in sync here; None: never."""
        row = self._file.row("SELECT entry, at_unix_s FROM synced WHERE purse_id = ?", (purse_id,))
        return None if row is None else Synced(*row)
