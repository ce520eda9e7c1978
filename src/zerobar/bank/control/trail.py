"""The audit trail with names: who did what, to what, when, and who else agreed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff import audit
from zerobar.bank.staff.audit import INSTALLER, AuditEntry
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.client.console_control import TrailEntry
from zerobar.database import Connection

ROLES: Final = (Role.ADMINISTRATOR, Role.RISK)
SUBJECTS: Final = (
    "wallet_id",
    "purse_id",
    "case_id",
    "order_id",
    "payer_id",
    "merchant",
    "merchant_id",
    "purse_class",
    "pattern",
    "batch",
    "staff_id",
    "operator_id",
    "passkey_id",
    "approval_id",
)
"""Names under which an entry says what it is about; the first that it has is its subject."""

_ENTRIES: Final = """
    SELECT number, at, staff_id, action, details, seal FROM bank.audit_entry
    WHERE (%(before)s::bigint IS NULL OR number < %(before)s)
      AND (%(staff_id)s::uuid IS NULL OR staff_id = %(staff_id)s)
      AND (%(action)s::text IS NULL OR action = %(action)s)
      AND (%(subject)s::text IS NULL OR strpos(details, %(subject)s) > 0)
      AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
    ORDER BY number DESC LIMIT %(limit)s
"""
_NAMES: Final = "SELECT staff_id, name FROM bank.staff WHERE staff_id = ANY(%s)"
_APPROVALS: Final = (
    "SELECT approval_id, proposed_by, decided_by FROM bank.approval WHERE approval_id = ANY(%s)"
)
_BEFORE_APPROVAL: Final = ("propose-", "reject-")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None: all.

    Attributes:
        subject: an id that stands in an entry's details.
        since, until: from the first moment on, before the last.
    """

    staff_id: UUID | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def read_trail(
    bank: Bank, session: StaffSession, wanted: Wanted, before: int | None, limit: int
) -> list[TrailEntry]:
    """Return entries, newest first; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        return trail_entries(connection, wanted, before, limit)


def trail_entries(
    connection: Connection, wanted: Wanted, before: int | None, limit: int
) -> list[TrailEntry]:
    """Return entries with the names of all who took part, newest first."""
    parameters = {
        "before": before,
        "staff_id": wanted.staff_id,
        "action": wanted.action,
        "subject": wanted.subject,
        "since": wanted.since,
        "until": wanted.until,
        "limit": limit,
    }
    entries = [AuditEntry(*row) for row in connection.execute(_ENTRIES, parameters)]
    details = [_details(entry) for entry in entries]
    approvals = _approvals(connection, details)
    names = _names(connection, entries, approvals)
    return [
        _shown(entry, found, approvals.get(_approval_id(found)), names)
        for entry, found in zip(entries, details, strict=True)
    ]


def note(bank: Bank, session: StaffSession, action: str, **details: object) -> None:
    """Write down what changes nothing in the database, such as that something was exported."""
    with bank.transaction() as connection:
        audit.append(bank, connection, session.staff_id, action, **details)


def _shown(
    entry: AuditEntry,
    details: dict[str, Any],
    deciders: tuple[UUID, UUID | None] | None,
    names: Mapping[UUID, str],
) -> TrailEntry:
    kind = next((name for name in SUBJECTS if details.get(name) is not None), None)
    proposed_by, decided_by = deciders or (None, None)
    # At the time of a proposal nobody had approved it yet.
    approved_by = None if entry.action.startswith(_BEFORE_APPROVAL) else decided_by
    return TrailEntry(
        number=entry.number,
        at=entry.at,
        staff_id=entry.staff_id,
        staff_name=names.get(entry.staff_id),
        action=entry.action,
        subject_kind=kind,
        subject=None if kind is None else str(details[kind]),
        proposed_by=proposed_by,
        proposed_by_name=_name(names, proposed_by),
        approved_by=approved_by,
        approved_by_name=_name(names, approved_by),
        details=details,
        seal=entry.seal.hex(),
    )


def _details(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry's details; whatever somebody wrote over them is shown as it stands."""
    try:
        found = json.loads(entry.details)
    except ValueError:
        return {"unreadable": entry.details}
    return found if isinstance(found, dict) else {"unreadable": entry.details}


def _approval_id(details: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(str(details.get("approval_id")))
    except ValueError:
        return None


def _approvals(
    connection: Connection, details: Iterable[Mapping[str, Any]]
) -> dict[UUID | None, tuple[UUID, UUID | None]]:
    ids = {found for each in details if (found := _approval_id(each)) is not None}
    rows = connection.execute(_APPROVALS, (sorted(ids),)).fetchall()
    return {approval_id: (proposed_by, decided_by) for approval_id, proposed_by, decided_by in rows}


def _names(
    connection: Connection,
    entries: Sequence[AuditEntry],
    approvals: Mapping[UUID | None, tuple[UUID, UUID | None]],
) -> dict[UUID, str]:
    ids = {entry.staff_id for entry in entries}
    ids |= {who for deciders in approvals.values() for who in deciders if who is not None}
    rows = connection.execute(_NAMES, (sorted(ids),)).fetchall()
    return {INSTALLER: "installer", **dict(rows)}


def _name(names: Mapping[UUID, str], staff_id: UUID | None) -> str | None:
    return None if staff_id is None else names.get(staff_id)
