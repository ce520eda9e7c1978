"""The audit trail: what staff did, in one chain that cannot be changed unnoticed.

Each entry is sealed together with the seal before it (HMAC-SHA256 under a key of the bank's that
the database does not hold). Whoever can write to the database alone can therefore neither change,
insert nor leave out an entry; cutting off the end shows against a seal noted elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff.errors import TrailBroken
from zerobar.database import Connection

INSTALLER: Final = UUID(int=0)
"""Who acts before there is any staff: whoever sets the bank up on its machine."""
_FIRST_SEAL: Final = bytes(32)
_LOCK_KEY: Final = 0x5A45524F41554454
_AT_ONCE: Final = 1000
_ENTRY: Final = "SELECT number, at, staff_id, action, details, seal FROM bank.audit_entry "


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that one member of staff did."""

    number: int
    at: datetime
    staff_id: UUID
    action: str
    details: str
    seal: bytes


class TrailHead(NamedTuple):
    """How long the trail is, and its last seal."""

    entries: int
    seal: bytes


def append(bank: Bank, connection: Connection, by: UUID, action: str, **details: object) -> None:
    """Write down what a member of staff does in this transaction; nothing secret.

    To be called last: others wait until the transaction ends.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
    number, previous = _head(connection)
    text = json.dumps(details, ensure_ascii=False, sort_keys=True, default=str)
    entry = AuditEntry(number + 1, bank.clock(), by, action, text, b"")
    connection.execute(
        "INSERT INTO bank.audit_entry (number, at, staff_id, action, details, seal)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        (entry.number, entry.at, by, action, text, _seal(bank, previous, entry)),
    )


def entries_before(connection: Connection, before: int | None, limit: int) -> list[AuditEntry]:
    """Return entries, newest first; `before`: the number that the last page ended with."""
    rows = connection.execute(
        _ENTRY + "WHERE %(before)s::bigint IS NULL OR number < %(before)s"
        " ORDER BY number DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    ).fetchall()
    return [AuditEntry(*row) for row in rows]


def verify_trail(bank: Bank) -> TrailHead:
    """Check every seal from the first entry on; raises TrailBroken at the first that is wrong."""
    head = TrailHead(0, _FIRST_SEAL)
    with bank.connection() as connection:
        for entry in _all_entries(connection):
            number = head.entries + 1
            expected = _seal(bank, head.seal, entry)
            if entry.number != number or not hmac.compare_digest(entry.seal, expected):
                raise TrailBroken(number)
            head = TrailHead(number, entry.seal)
    return head


def _all_entries(connection: Connection) -> Iterator[AuditEntry]:
    after = -1
    while rows := _entries_after(connection, after):
        yield from rows
        after = rows[-1].number


def _entries_after(connection: Connection, after: int) -> list[AuditEntry]:
    rows = connection.execute(
        _ENTRY + "WHERE number > %s ORDER BY number LIMIT %s", (after, _AT_ONCE)
    ).fetchall()
    return [AuditEntry(*row) for row in rows]


def _head(connection: Connection) -> TrailHead:
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT number, seal FROM bank.audit_entry ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return TrailHead(*row) if row else TrailHead(0, _FIRST_SEAL)


def _seal(bank: Bank, previous: bytes, entry: AuditEntry) -> bytes:
    at = entry.at.astimezone(UTC).isoformat()
    fields = [entry.number, at, str(entry.staff_id), entry.action, entry.details]
    content = json.dumps(fields, ensure_ascii=False).encode()
    return hmac.digest(bank.sealer.secret("audit-trail"), previous + content, hashlib.sha256)
