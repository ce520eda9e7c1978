"""Purses and hosted payees' requests in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.purses.model import EventKind, Purse, PurseStatus
from zerobar.database import Connection
from zerobar.purse.messages import Certificate, Kind, Request
from zerobar.purse.money import Fen

_COLUMNS: Final = (
    "SELECT purse_id, certificate, wallet_id, status, flagged_at, registered_at, lost_at,"
    " horizon_at FROM bank.purse"
)
_PURSE: Final = _COLUMNS + " WHERE purse_id = %s"


def purse(connection: Connection, purse_id: bytes) -> Purse | None:
    """Return a purse."""
    return _found(connection.execute(_PURSE, (purse_id,)).fetchone())


def locked_purse(connection: Connection, purse_id: bytes) -> Purse | None:
    """Return a purse that nobody else changes until the transaction ends."""
    return _found(connection.execute(_PURSE + " FOR UPDATE", (purse_id,)).fetchone())


def purses_of_wallet(connection: Connection, wallet_id: UUID) -> list[Purse]:
    """Return all purses that were ever linked to a wallet, the oldest first."""
    rows = connection.execute(
        _COLUMNS + " WHERE wallet_id = %s ORDER BY linked_at, purse_id", (wallet_id,)
    )
    return [_purse(row) for row in rows]


def has_open_purses(connection: Connection, wallet_id: UUID) -> bool:
    """Return whether a purse may still give money back to a wallet, or what it had is to come."""
    row = connection.execute(
        "SELECT 1 FROM bank.purse WHERE wallet_id = %(id)s AND status <> %(closed)s"
        " UNION ALL SELECT 1 FROM bank.purse_pay_out WHERE wallet_id = %(id)s AND NOT is_paid"
        " LIMIT 1",
        {"id": wallet_id, "closed": int(PurseStatus.CLOSED)},
    ).fetchone()
    return row is not None


def insert_purse(connection: Connection, new: Purse) -> bool:
    """Store a purse; return whether there was none of its id."""
    done = connection.execute(
        "INSERT INTO bank.purse (purse_id, class, certificate, wallet_id, status, registered_at,"
        " linked_at) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            new.id,
            new.purse_class,
            bytes(new.certificate),
            new.wallet_id,
            new.status,
            new.registered_at,
            None if new.wallet_id is None else new.registered_at,
        ),
    )
    return done.rowcount == 1


def exists_nowhere(connection: Connection, purse_id: bytes) -> bool:
    """Return whether what was paid to this id was given back, so that it may never be certified."""
    row = connection.execute(
        "SELECT FROM bank.purse_nowhere WHERE purse_id = %s", (purse_id,)
    ).fetchone()
    return row is not None


def flag_if_proved(connection: Connection, purse_id: bytes) -> None:
    """Flag and block a purse that was proved to cheat before it was registered."""
    connection.execute(
        "UPDATE bank.purse p SET flagged_at = f.found_at, status = %(blocked)s FROM ("
        " SELECT min(found_at) AS found_at FROM bank.fraud_case WHERE purse_id = %(id)s) f"
        " WHERE p.purse_id = %(id)s AND f.found_at IS NOT NULL",
        {"blocked": int(PurseStatus.BLOCKED), "id": purse_id},
    )


def set_certificate(connection: Connection, certificate: Certificate) -> None:
    """Renew a purse's certificate."""
    connection.execute(
        "UPDATE bank.purse SET certificate = %s WHERE purse_id = %s",
        (bytes(certificate), certificate.id),
    )


def set_status(connection: Connection, purse_id: bytes, status: PurseStatus) -> None:
    """Change what a purse may do."""
    connection.execute("UPDATE bank.purse SET status = %s WHERE purse_id = %s", (status, purse_id))


def set_wallet(connection: Connection, purse_id: bytes, wallet_id: UUID, now: datetime) -> None:
    """Link a purse that is linked to none to a wallet, for good."""
    connection.execute(
        "UPDATE bank.purse SET wallet_id = %s, linked_at = %s"
        " WHERE purse_id = %s AND wallet_id IS NULL",
        (wallet_id, now, purse_id),
    )


def wallet_ordered_for(connection: Connection, purse_id: bytes) -> UUID | None:
    """Return the wallet that a purse was ordered for; None: it was made for stock."""
    row = connection.execute(
        "SELECT wallet_id FROM bank.purse_order WHERE purse_id = %s", (purse_id,)
    ).fetchone()
    return None if row is None else row[0]


def set_lost(
    connection: Connection, purse_id: bytes, lost_at: datetime | None, horizon_at: datetime | None
) -> None:
    """Note that a purse is lost, and until when it may be found again; or that it is not."""
    connection.execute(
        "UPDATE bank.purse SET lost_at = %s, horizon_at = %s WHERE purse_id = %s",
        (lost_at, horizon_at, purse_id),
    )


def insert_event(
    connection: Connection, purse_id: bytes, event: tuple[UUID, EventKind, UUID], now: datetime
) -> None:
    """Note what happened to a purse: the event's id, what it was, and who did it."""
    connection.execute(
        "INSERT INTO bank.purse_event (purse_id, event_id, kind, made_by, made_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (purse_id, *event, now),
    )


def has_event(connection: Connection, purse_id: bytes, event_id: UUID) -> bool:
    """Return whether an event was noted."""
    row = connection.execute(
        "SELECT FROM bank.purse_event WHERE purse_id = %s AND event_id = %s", (purse_id, event_id)
    ).fetchone()
    return row is not None


def is_blocked_by_staff(connection: Connection, purse_id: bytes) -> bool:
    """Return whether staff blocked a purse and have not released it since."""
    row = connection.execute(
        "SELECT count(*) FILTER (WHERE kind = %s) > count(*) FILTER (WHERE kind = %s)"
        " FROM bank.purse_event WHERE purse_id = %s",
        (EventKind.BLOCKED, EventKind.RELEASED, purse_id),
    ).fetchone()
    assert row is not None
    return bool(row[0])


def insert_request(connection: Connection, request: Request, now: datetime) -> bool:
    """Store a hosted payee's request; return whether there was none of its number."""
    done = connection.execute(
        "INSERT INTO bank.hosted_request (payee_id, number, kind, amount_fen, currency, tag,"
        " reference, issued_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            request.payee_id,
            request.number,
            request.kind,
            int(request.amount),
            request.currency,
            request.tag,
            request.reference,
            now,
        ),
    )
    return done.rowcount == 1


def request(connection: Connection, payee_id: bytes, number: int) -> Request | None:
    """Return a hosted payee's request."""
    row = connection.execute(
        "SELECT kind, amount_fen, currency, tag, reference FROM bank.hosted_request"
        " WHERE payee_id = %s AND number = %s",
        (payee_id, number),
    ).fetchone()
    if row is None:
        return None
    kind, amount, currency, tag, reference = row
    return Request(
        kind=Kind(kind),
        payee_id=payee_id,
        number=number,
        amount=Fen(amount),
        currency=currency,
        tag=tag,
        reference=reference,
    )


def settled_by(connection: Connection, payee_id: bytes, number: int) -> tuple[bytes, int] | None:
    """Return payer id and entry of the voucher that settled a hosted payee's request."""
    row = connection.execute(
        "SELECT payer_id, entry FROM bank.hosted_request_end WHERE payee_id = %s AND number = %s",
        (payee_id, number),
    ).fetchone()
    return None if row is None else (row[0], row[1])


def _found(row: tuple[Any, ...] | None) -> Purse | None:
    return None if row is None else _purse(row)


def _purse(row: tuple[Any, ...]) -> Purse:
    purse_id, certificate, wallet_id, status, flagged_at, registered_at, *lost = row
    return Purse(
        purse_id,
        Certificate.parse(certificate),
        wallet_id,
        PurseStatus(status),
        flagged_at,
        registered_at,
        *lost,
    )
