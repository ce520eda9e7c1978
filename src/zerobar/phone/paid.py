"""What this phone's purse paid, and what became of it: kept here longer than in the card.

The card forgets a payment once its operator holds it, which is before its payee has taken it. The
person who paid wants to know until the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from zerobar.client.syncing import LifeStep, VoucherLife, WaitsFor
from zerobar.device.file import DeviceFile
from zerobar.reader import Payment

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS paid (
        body BLOB PRIMARY KEY,
        payment BLOB NOT NULL,
        entry INTEGER NOT NULL,
        noted_at_unix_s INTEGER NOT NULL,
        outcome TEXT,
        sentences BLOB NOT NULL
    );
    CREATE INDEX IF NOT EXISTS paid_open ON paid (noted_at_unix_s) WHERE outcome IS NULL;
"""
_COLUMNS: Final = "payment, outcome, sentences"
_NOTHING_SAID: Final = b"[]"
"""An older program kept a list of sentences, in English only: of those nothing is shown."""


class _Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the bank said of a payment, as it is kept."""

    waits_for: WaitsFor | None
    steps: tuple[LifeStep, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """What the purse paid.

    Attributes:
        outcome: settled, undone, declined, redirected or refunded; None: not known yet.
        waits_for: what has to happen next, as the bank said.
        steps: what the bank said of it, oldest first.
    """

    payment: Payment
    outcome: str | None
    waits_for: WaitsFor | None = None
    steps: tuple[LifeStep, ...] = ()


class PaidStore:
    """The purse's payments, in the phone's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def note(self, payments: Iterable[Payment]) -> None:
        """Keep payments; known ones change nothing."""
        now = self._file.now()
        with self._file.transaction() as connection:
            connection.executemany(
                "INSERT INTO paid (body, payment, entry, noted_at_unix_s, sentences)"
                " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(p.voucher.body, bytes(p), p.voucher.entry, now, _NOTHING_SAID) for p in payments],
            )

    def tell(self, payment: Payment, life: VoucherLife) -> None:
        """Keep what the bank said of a payment."""
        said = _Said(waits_for=life.waits_for, steps=tuple(life.steps))
        self._file.execute(
            "UPDATE paid SET outcome = ?, sentences = ? WHERE body = ?",
            (life.outcome, msgspec.json.encode(said), payment.voucher.body),
        )

    def open(self, most: int) -> list[Paid]:
        """Return payments without an outcome, newest first."""
        return self._read("WHERE outcome IS NULL", most)

    def newest(self, most: int) -> list[Paid]:
        """Return payments, newest first."""
        return self._read("", most)

    def _read(self, which: str, most: int) -> list[Paid]:
        rows = self._file.rows(
            f"SELECT {_COLUMNS} FROM paid {which}"  # noqa: S608 - our own words
            " ORDER BY noted_at_unix_s DESC, entry DESC LIMIT ?",
            (most,),
        )
        return [_paid(*row) for row in rows]


def _paid(payment: bytes, outcome: str | None, raw: bytes) -> Paid:
    said = msgspec.json.decode(raw, type=_Said | list[str])
    if isinstance(said, list):
        return Paid(Payment.parse(payment), outcome)
    return Paid(Payment.parse(payment), outcome, said.waits_for, said.steps)
