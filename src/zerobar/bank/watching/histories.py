"""All that happened to a purse, newest first; and its log, entry by entry.

Whoever reads a page of either is written down: it tells whom somebody paid, when and how much.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import PurseUnknown
from zerobar.bank.purses.model import EventKind
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.naming import AMOUNT_OF_CONTENT, outcome_name, voucher_text
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import LogLine, PurseStep
from zerobar.database import Connection
from zerobar.purse.messages import EntryKind

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

# Each part is bounded by itself, so that a purse with a long life is read page by page. What was
# credited is known from the log, and what is still to be credited from what is open.
_HISTORY: Final = """
    WITH place AS (SELECT %(at)s::timestamptz AS at, %(tie)s::bytea AS tie), step AS (
        SELECT made_at AS at, substring(sha256(uuid_send(event_id)) for 8) AS tie,
               'event' AS kind, kind AS number, NULL::bigint AS amount_fen, NULL::bytea AS other,
               NULL::bytea AS payer_id, NULL::bigint AS entry, made_by, NULL::smallint AS outcome
        FROM bank.purse_event WHERE purse_id = %(id)s
        UNION ALL
        SELECT registered_at, substring(sha256(purse_id) for 8), 'registered', 0, NULL, NULL,
               NULL, NULL, NULL, NULL
        FROM bank.purse WHERE purse_id = %(id)s
        UNION ALL
        SELECT taken_at, substring(sha256(state_body) for 8), 'synced', 0, NULL, NULL, NULL,
               ('x' || encode(substring(state_body from 19 for 4), 'hex'))::bit(32)::bigint,
               NULL, NULL
        FROM bank.purse_sync WHERE purse_id = %(id)s
        UNION ALL
        SELECT made_at, substring(sha256(uuid_send(charge_id)) for 8), 'charged', 0, amount_fen,
               NULL, NULL, NULL, key_id, NULL
        FROM bank.purse_charge WHERE payee_id = %(id)s
        UNION ALL
        SELECT v.stored_at, substring(sha256(v.body) for 8), 'paid', 0, v.amount_fen, v.payee_id,
               v.payer_id, v.entry, NULL, o.outcome
        FROM bank.voucher v LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
        WHERE v.payer_id = %(id)s
        UNION ALL
        SELECT v.stored_at, substring(sha256(v.body) for 8), 'received', 0, v.amount_fen,
               v.payer_id, v.payer_id, v.entry, NULL, o.outcome
        FROM (SELECT payer_id, payer_entry AS entry FROM bank.purse_log
              WHERE purse_id = %(id)s AND kind = %(credit)s
              UNION SELECT payer_id, entry FROM bank.voucher_open WHERE payee_id = %(id)s) r
        JOIN bank.voucher v USING (payer_id, entry)
        LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
        UNION ALL
        SELECT found_at, substring(sha256(first_body || second_body) for 8), 'case', test, NULL,
               NULL, NULL, entry, NULL, NULL
        FROM bank.fraud_case WHERE purse_id = %(id)s
        UNION ALL
        SELECT decided_at, substring(sha256(purse_id || '\\x01') for 8), 'paid-out', 0,
               amount_fen, NULL, NULL, NULL, wallet_id, NULL
        FROM bank.purse_pay_out WHERE purse_id = %(id)s
    )
    SELECT step.* FROM step, place
    WHERE place.at IS NULL OR (step.at, step.tie) < (place.at, place.tie)
    ORDER BY step.at DESC, step.tie DESC LIMIT %(limit)s
"""
_LOG: Final = (
    "SELECT l.entry, l.kind, l.payer_id, l.payer_entry, l.purse_id, l.number, l.content,"  # noqa: S608
    f" {AMOUNT_OF_CONTENT}, l.funds_fen FROM bank.purse_log l"
    " WHERE l.purse_id = %(id)s AND (%(before)s::bigint IS NULL OR l.entry < %(before)s)"
    " ORDER BY l.entry DESC LIMIT %(limit)s"
)
_PAYEE_OF_VOUCHER: Final = slice(14, 22)
_PAYEE_OF_STATEMENT: Final = slice(2, 10)


class LogRow(NamedTuple):
    """An entry of a purse's log as it is stored; content: a voucher's body, or a statement."""

    entry: int
    kind: int
    payer_id: bytes
    payer_entry: int
    purse_id: bytes
    number: int
    content: bytes
    amount_fen: int
    funds_fen: int


def read_history(
    bank: Bank, session: StaffSession, purse_id: bytes, after: UUID | None, limit: int
) -> list[tuple[UUID, PurseStep]]:
    """Return what happened to a purse with the place of each; raises RoleMissing, PurseUnknown."""
    session.require(*ROLES)
    at, tie = (None, None) if after is None else _read_place(after)
    parameters = {
        "id": purse_id,
        "at": at,
        "tie": tie,
        "credit": int(EntryKind.CREDIT),
        "limit": limit,
    }
    with bank.transaction() as connection:
        _require(connection, purse_id)
        rows = connection.execute(_HISTORY, parameters).fetchall()
        _note(bank, connection, session, "read-purse-history", purse_id)
    return [(_place(at, tie), _step(at, *rest)) for at, tie, *rest in rows]


def read_log(
    bank: Bank, session: StaffSession, purse_id: bytes, before: int | None, limit: int
) -> list[LogLine]:
    """Return a purse's log as far as it is held, newest first; raises as `read_history`."""
    session.require(*ROLES)
    parameters = {"id": purse_id, "before": before, "limit": limit}
    with bank.transaction() as connection:
        _require(connection, purse_id)
        rows = connection.execute(_LOG, parameters).fetchall()
        _note(bank, connection, session, "read-purse-log", purse_id)
    return [log_line(LogRow(*row)) for row in rows]


def log_line(row: LogRow) -> LogLine:
    """Return an entry of a log, read; other: whoever the money came from or goes to."""
    payee = row.content[_PAYEE_OF_STATEMENT if row.kind == EntryKind.UNDO else _PAYEE_OF_VOUCHER]
    return LogLine(
        entry=row.entry,
        kind=EntryKind(row.kind).name.lower(),
        voucher=voucher_text(row.payer_id, row.payer_entry),
        other=(payee if row.payer_id == row.purse_id else row.payer_id).hex(),
        number=row.number,
        amount_fen=row.amount_fen,
        funds_fen=row.funds_fen,
    )


def _require(connection: Connection, purse_id: bytes) -> None:
    if store.purse(connection, purse_id) is None:
        raise PurseUnknown(purse_id)


def _note(
    bank: Bank, connection: Connection, session: StaffSession, action: str, purse_id: bytes
) -> None:
    audit.append(bank, connection, session.staff_id, action, purse_id=purse_id.hex())


def _place(at: datetime, tie: bytes) -> UUID:
    return UUID(bytes=((at - _FIRST) // _MICROSECOND).to_bytes(8) + tie)


def _read_place(place: UUID) -> tuple[datetime, bytes]:
    microseconds = min(int.from_bytes(place.bytes[:8]), 2**57)
    return _FIRST + microseconds * _MICROSECOND, place.bytes[8:]


def _step(at: datetime, kind: str, number: int, *rest: Any) -> PurseStep:
    amount, other, payer_id, entry, by, outcome = rest
    return PurseStep(
        at=at,
        kind=EventKind(number).name.lower() if kind == "event" else kind,
        amount_fen=amount,
        other=None if other is None else other.hex(),
        voucher=None if payer_id is None else voucher_text(payer_id, entry),
        entry=None if payer_id is not None else entry,
        by=by,
        outcome=outcome_name(outcome),
    )
