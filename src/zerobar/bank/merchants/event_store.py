"""Reading and writing notices to merchants' servers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.merchants.model import Event, EventKind
from zerobar.bank.merchants.payable import event_id
from zerobar.database import Connection

_EVENT: Final = (
    "SELECT merchant_id, event_id, kind, subject_id, occurred_at, due_at, body, attempts,"
    " last_outcome, delivered_at, given_up_at FROM bank.webhook_event "
)
_LAST: Final = UUID(int=2**128 - 1)
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


def insert_event(
    connection: Connection, merchant_id: UUID, kind: EventKind, subject_id: UUID, moment: datetime
) -> None:
    """Make a notice due at once; it is made once for what happens to a subject."""
    connection.execute(
        "INSERT INTO bank.webhook_event (merchant_id, event_id, kind, subject_id, occurred_at,"
        " due_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (merchant_id, event_id(kind, subject_id), kind, subject_id, moment, moment),
    )


def event(connection: Connection, merchant_id: UUID, event_id: UUID) -> Event | None:
    """Return a merchant's notice."""
    row = connection.execute(
        _EVENT + "WHERE merchant_id = %s AND event_id = %s", (merchant_id, event_id)
    ).fetchone()
    return _event(row) if row else None


def events(
    connection: Connection, merchant_id: UUID, before: UUID | None, limit: int
) -> list[Event]:
    """Return a merchant's notices, the last to occur first, those before one."""
    last = event(connection, merchant_id, before) if before else None
    rows = connection.execute(
        _EVENT + "WHERE merchant_id = %s AND (occurred_at, event_id) < (%s, %s)"
        " ORDER BY occurred_at DESC, event_id DESC LIMIT %s",
        (merchant_id, last.occurred_at if last else _LATEST, before or _LAST, limit),
    ).fetchall()
    return [_event(row) for row in rows]


def merchants_due(
    connection: Connection, operator_id: UUID, now: datetime, but: list[UUID], limit: int
) -> list[UUID]:
    """Return an operator's merchants that have a notice due, the longest due first."""
    rows = connection.execute(
        """
        SELECT m.merchant_id FROM bank.merchant m CROSS JOIN LATERAL (
            SELECT e.due_at FROM bank.webhook_event e
            WHERE e.merchant_id = m.merchant_id AND e.due_at <= %s
              AND e.delivered_at IS NULL AND e.given_up_at IS NULL
            ORDER BY e.due_at LIMIT 1
        ) first
        WHERE m.operator_id = %s AND m.merchant_id <> ALL(%s) ORDER BY first.due_at LIMIT %s
        """,
        (now, operator_id, but, limit),
    ).fetchall()
    return [merchant_id for (merchant_id,) in rows]


def take_due(
    connection: Connection, merchant_id: UUID, now: datetime, again_at: datetime
) -> Event | None:
    """Take a merchant's notice that is due first; others see it again only at `again_at`."""
    row = connection.execute(
        """
        UPDATE bank.webhook_event e SET due_at = %s, attempts = e.attempts + 1
        FROM (
            SELECT merchant_id, event_id FROM bank.webhook_event
            WHERE merchant_id = %s AND due_at <= %s
              AND delivered_at IS NULL AND given_up_at IS NULL
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
        ) due
        WHERE e.merchant_id = due.merchant_id AND e.event_id = due.event_id
        RETURNING e.merchant_id, e.event_id, e.kind, e.subject_id, e.occurred_at, e.due_at,
                  e.body, e.attempts, e.last_outcome, e.delivered_at, e.given_up_at
        """,
        (again_at, merchant_id, now),
    ).fetchone()
    return _event(row) if row else None


def set_body(connection: Connection, event: Event, body: bytes) -> None:
    """Keep what is sent, so that it is the same bytes each time."""
    connection.execute(
        "UPDATE bank.webhook_event SET body = %s WHERE merchant_id = %s AND event_id = %s",
        (body, event.merchant_id, event.id),
    )


def set_delivered(connection: Connection, event: Event, outcome: str, moment: datetime) -> None:
    """Record that the merchant's server took a notice."""
    connection.execute(
        "UPDATE bank.webhook_event SET delivered_at = %s, last_outcome = %s"
        " WHERE merchant_id = %s AND event_id = %s",
        (moment, outcome, event.merchant_id, event.id),
    )


def set_failed(connection: Connection, event: Event, outcome: str, due_at: datetime) -> None:
    """Record a failed attempt, and when the next one is due."""
    connection.execute(
        "UPDATE bank.webhook_event SET due_at = %s, last_outcome = %s"
        " WHERE merchant_id = %s AND event_id = %s AND delivered_at IS NULL",
        (due_at, outcome, event.merchant_id, event.id),
    )


def set_given_up(connection: Connection, event: Event, outcome: str, moment: datetime) -> None:
    """Record that nothing more is tried by itself."""
    connection.execute(
        "UPDATE bank.webhook_event SET given_up_at = %s, last_outcome = %s"
        " WHERE merchant_id = %s AND event_id = %s AND delivered_at IS NULL",
        (moment, outcome, event.merchant_id, event.id),
    )


def send_again(connection: Connection, event: Event, now: datetime) -> None:
    """Begin a notice's schedule anew."""
    connection.execute(
        "UPDATE bank.webhook_event SET due_at = %s, attempts = 0, delivered_at = NULL,"
        " given_up_at = NULL WHERE merchant_id = %s AND event_id = %s",
        (now, event.merchant_id, event.id),
    )


def _event(row: tuple[Any, ...]) -> Event:
    merchant_id, event_id, kind, *rest = row
    return Event(merchant_id, event_id, EventKind(kind), *rest)
