"""A purse as the bank knows it: what is in it by its log, and what is on its way to and from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.fraud.blocklist import newest_epoch
from zerobar.bank.purses.errors import PurseUnknown
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.naming import class_name, status_name
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import PurseFlow, PurseLine, PurseOverview
from zerobar.database import Connection
from zerobar.purse.messages import Certificate

_PURSE: Final = """
    SELECT p.purse_id, p.class, p.status, coalesce(h.funds_fen, 0), p.registered_at, p.flagged_at,
           p.lost_at, p.wallet_id, p.linked_at, p.horizon_at, p.certificate,
           coalesce(h.entry, 0), coalesce(h.acknowledged, 0), coalesce(h.epoch, 0),
           coalesce(s.out_count, 0), coalesce(s.out_fen, 0), coalesce(s.in_count, 0),
           coalesce(s.in_fen, 0),
           (SELECT max(y.taken_at) FROM bank.purse_sync y WHERE y.purse_id = p.purse_id)
    FROM bank.purse p
    LEFT JOIN bank.purse_head h USING (purse_id)
    LEFT JOIN bank.purse_shadow s USING (purse_id)
    WHERE p.purse_id = %s
"""
_PAID: Final = """
    SELECT count(*), coalesce(sum(v.amount_fen), 0)::bigint FROM (
        SELECT payer_id, entry FROM bank.voucher_open WHERE payer_id = %(id)s
        UNION ALL
        SELECT d.payer_id, d.entry FROM bank.voucher_due d WHERE d.payer_id = %(id)s
            AND NOT EXISTS (SELECT FROM bank.voucher_outcome o
                            WHERE o.payer_id = d.payer_id AND o.entry = d.entry)) w
    JOIN bank.voucher v USING (payer_id, entry)
"""
_RECEIVED: Final = """
    SELECT count(*), coalesce(sum(v.amount_fen), 0)::bigint
    FROM bank.voucher_open w JOIN bank.voucher v USING (payer_id, entry) WHERE w.payee_id = %(id)s
"""
_OWED: Final = (
    "SELECT count(*), coalesce(sum(amount_fen), 0)::bigint FROM bank.purse_owed"
    " WHERE purse_id = %(id)s"
)
_CASES: Final = (
    "SELECT entry, test FROM bank.fraud_case WHERE purse_id = %s ORDER BY entry, test LIMIT 100"
)
_FIRST_DAY: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_purse(bank: Bank, session: StaffSession, purse_id: bytes) -> PurseOverview:
    """Return what is known of a purse; raises RoleMissing or PurseUnknown."""
    session.require(*ROLES)
    with bank.transaction() as connection:
        shown = purse_overview(connection, purse_id)
        audit.append(bank, connection, session.staff_id, "read-purse", purse_id=purse_id.hex())
    return shown


def purse_overview(connection: Connection, purse_id: bytes) -> PurseOverview:
    """Return what is known of a purse; raises PurseUnknown."""
    row = connection.execute(_PURSE, (purse_id,)).fetchone()
    if row is None:
        raise PurseUnknown(purse_id)
    wallet_id, linked_at, horizon_at, certificate, entry, acknowledged, epoch = row[7:14]
    paid, received, synced_at = row[14:16], row[16:18], row[18]
    return PurseOverview(
        purse=purse_line(row[:7]),
        wallet_id=wallet_id,
        linked_at=linked_at,
        horizon_at=horizon_at,
        certified_until=_last_day(certificate),
        entry=entry,
        acknowledged=acknowledged,
        last_synced_at=synced_at,
        epoch=epoch,
        newest_epoch=newest_epoch(connection),
        paid=PurseFlow(count=paid[0], amount_fen=paid[1]),
        received=PurseFlow(count=received[0], amount_fen=received[1]),
        paid_in_flight=_flow(connection, _PAID, purse_id),
        received_in_flight=_flow(connection, _RECEIVED, purse_id),
        owed_fen=_flow(connection, _OWED, purse_id).amount_fen,
        cases=_cases(connection, purse_id),
    )


def purse_line(row: tuple[Any, ...]) -> PurseLine:
    """Return a purse in a list: id, class, status, funds, registered, flagged and lost."""
    purse_id, number, status, known, registered_at, flagged_at, lost_at = row
    return PurseLine(
        purse_id=purse_id.hex(),
        purse_class=class_name(number),
        status=status_name(status),
        known_fen=known,
        registered_at=registered_at,
        flagged_at=flagged_at,
        lost_at=lost_at,
    )


def _last_day(certificate: bytes) -> str:
    days = Certificate.parse(certificate).not_after_day
    return (_FIRST_DAY + timedelta(days=days)).date().isoformat()


def _flow(connection: Connection, query: Any, purse_id: bytes) -> PurseFlow:
    row = connection.execute(query, {"id": purse_id}).fetchone()
    assert row is not None
    return PurseFlow(count=row[0], amount_fen=row[1])


def _cases(connection: Connection, purse_id: bytes) -> list[UUID]:
    rows = connection.execute(_CASES, (purse_id,)).fetchall()
    return [
        UUID(bytes=purse_id + entry.to_bytes(4) + bytes((test,)) + bytes(3)) for entry, test in rows
    ]
