"""Taps that may have to go on: how far each came, with everything that `resume` needs."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.device import outgoing
from zerobar.device.errors import TapUnknown
from zerobar.device.file import DeviceFile
from zerobar.purse.messages import Certificate, Receipt, Request, SignedRequest, Voucher
from zerobar.reader import Payment, TapOutcome, TapStatus

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS tap (
        id TEXT PRIMARY KEY,
        asked BLOB,
        status TEXT NOT NULL,
        voucher BLOB,
        certificate BLOB,
        receipt BLOB,
        began_at_unix_s INTEGER NOT NULL
    );
"""


class TapStore:
    """Taps in a device's file."""

    def __init__(self, file: DeviceFile) -> None:
        self._file = file

    def keep(self, tap_id: UUID, outcome: TapOutcome) -> None:
        """Keep how far a tap has come, and its voucher for the operator, in one step."""
        voucher, certificate = outcome.voucher, outcome.certificate
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT INTO tap (id, asked, status, voucher, certificate, receipt,"
                " began_at_unix_s) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " asked = coalesce(excluded.asked, tap.asked), status = excluded.status,"
                " voucher = coalesce(excluded.voucher, tap.voucher),"
                " certificate = coalesce(excluded.certificate, tap.certificate),"
                " receipt = coalesce(excluded.receipt, tap.receipt)",
                (
                    str(tap_id),
                    _bytes(outcome.order),
                    outcome.status.value,
                    _bytes(voucher),
                    _bytes(certificate),
                    _bytes(outcome.receipt),
                    self._file.now(),
                ),
            )
            if voucher is not None and certificate is not None:
                outgoing.insert(connection, Payment(voucher, certificate), self._file.now())

    def outcome(self, tap_id: UUID) -> TapOutcome:
        """Return how far a tap came; raises TapUnknown."""
        row = self._file.row(
            "SELECT asked, status, voucher, certificate, receipt FROM tap WHERE id = ?",
            (str(tap_id),),
        )
        if row is None:
            raise TapUnknown(tap_id)
        return _outcome(*row)

    def open_ids(self) -> list[UUID]:
        """Return taps that may have charged somebody and are not final, oldest first."""
        torn = (TapStatus.TORN_BEFORE_PAY.value, TapStatus.TORN_AFTER_PAY.value)
        rows = self._file.rows(
            "SELECT id FROM tap WHERE status IN (?, ?) ORDER BY began_at_unix_s, id", torn
        )
        return [UUID(row[0]) for row in rows]


def _bytes(
    message: Request | SignedRequest | Voucher | Certificate | Receipt | None,
) -> bytes | None:
    return None if message is None else bytes(message)


def _outcome(
    asked: bytes | None,
    status: str,
    voucher: bytes | None,
    certificate: bytes | None,
    receipt: bytes | None,
) -> TapOutcome:
    return TapOutcome(
        TapStatus(status),
        None if asked is None else _order(asked),
        None if voucher is None else Voucher.parse(voucher),
        None if certificate is None else Certificate.parse(certificate),
        None if receipt is None else Receipt.parse(receipt),
    )


def _order(raw: bytes) -> Request | SignedRequest:
    return SignedRequest.parse(raw) if len(raw) == SignedRequest.LENGTH else Request.parse(raw)
