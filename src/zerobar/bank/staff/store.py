"""Reading and writing staff, their one-time codes and their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.staff.model import Role, StaffMember, StaffSession
from zerobar.database import Connection

_MEMBER: Final = "SELECT staff_id, name, roles, added_at, revoked_at FROM bank.staff "


def insert_member(connection: Connection, member: StaffMember) -> bool:
    """Store a new member; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.staff (staff_id, name, roles, added_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING staff_id",
        (member.id, member.name, sorted(member.roles), member.added_at),
    ).fetchone()
    return done is not None


def member(connection: Connection, staff_id: UUID) -> StaffMember | None:
    """Return a member by id, revoked ones too."""
    row = connection.execute(_MEMBER + "WHERE staff_id = %s", (staff_id,)).fetchone()
    return _member(row) if row else None


def members(connection: Connection, after: UUID | None, limit: int) -> list[StaffMember]:
    """Return members in the order of their ids."""
    rows = connection.execute(
        _MEMBER + "WHERE %(after)s::uuid IS NULL OR staff_id > %(after)s"
        " ORDER BY staff_id LIMIT %(limit)s",
        {"after": after, "limit": limit},
    ).fetchall()
    return [_member(row) for row in rows]


def revoke_member(connection: Connection, staff_id: UUID, now: datetime) -> bool:
    """End a membership and its sessions; return False if it had ended already."""
    done = connection.execute(
        "UPDATE bank.staff SET revoked_at = %s WHERE staff_id = %s AND revoked_at IS NULL"
        " RETURNING staff_id",
        (now, staff_id),
    ).fetchone()
    end_sessions_of(connection, staff_id, now)
    return done is not None


def insert_code(
    connection: Connection, code_hash: bytes, staff_id: UUID, expires_at: datetime
) -> None:
    """Store a one-time code, in place of those of the same member that are still open."""
    connection.execute(
        "INSERT INTO bank.staff_code (code_hash, staff_id, expires_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (code_hash, staff_id, expires_at),
    )
    connection.execute(
        "UPDATE bank.staff_code SET expires_at = '-infinity'"
        " WHERE staff_id = %s AND used_at IS NULL AND code_hash <> %s",
        (staff_id, code_hash),
    )


def extend_code(connection: Connection, code_hash: bytes, expires_at: datetime) -> None:
    """Let a code be used for longer, unless it was used or replaced."""
    connection.execute(
        "UPDATE bank.staff_code SET expires_at = %s"
        " WHERE code_hash = %s AND used_at IS NULL AND expires_at > '-infinity'",
        (expires_at, code_hash),
    )


def member_by_code(connection: Connection, code_hash: bytes, now: datetime) -> StaffMember | None:
    """Return whom a code is for, if it still may be used."""
    row = connection.execute(
        "SELECT staff_id, name, roles, added_at, revoked_at"
        " FROM bank.staff JOIN bank.staff_code USING (staff_id)"
        " WHERE code_hash = %s AND used_at IS NULL AND expires_at > %s AND revoked_at IS NULL",
        (code_hash, now),
    ).fetchone()
    return _member(row) if row else None


def code_expiry(connection: Connection, code_hash: bytes, now: datetime) -> datetime | None:
    """Return until when a code may be used; None if it may not, or not any more."""
    row = connection.execute(
        "SELECT expires_at FROM bank.staff_code"
        " WHERE code_hash = %s AND used_at IS NULL AND expires_at > %s",
        (code_hash, now),
    ).fetchone()
    return row[0] if row else None


def use_code(connection: Connection, code_hash: bytes, now: datetime) -> bool:
    """Mark a code as used; return False if it was already."""
    done = connection.execute(
        "UPDATE bank.staff_code SET used_at = %s"
        " WHERE code_hash = %s AND used_at IS NULL AND expires_at > %s RETURNING staff_id",
        (now, code_hash, now),
    ).fetchone()
    return done is not None


def insert_session(
    connection: Connection, token_hash: bytes, session: StaffSession, now: datetime
) -> None:
    """Store a new session."""
    connection.execute(
        "INSERT INTO bank.staff_session (token_hash, session_id, staff_id, opened_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (token_hash, session.session_id, session.staff_id, now, session.expires_at),
    )


def session(connection: Connection, token_hash: bytes, now: datetime) -> StaffSession | None:
    """Return an open session of somebody who still works here, with the roles as they are now."""
    row = connection.execute(
        "SELECT s.session_id, s.staff_id, m.name, m.roles, s.expires_at"
        " FROM bank.staff_session s JOIN bank.staff m USING (staff_id)"
        " WHERE s.token_hash = %s AND s.ended_at IS NULL AND s.expires_at > %s"
        " AND m.revoked_at IS NULL",
        (token_hash, now),
    ).fetchone()
    if row is None:
        return None
    session_id, staff_id, name, roles, expires_at = row
    return StaffSession(session_id, staff_id, name, _roles(roles), expires_at)


def end_session(connection: Connection, session: StaffSession, now: datetime) -> None:
    """End one session."""
    connection.execute(
        "UPDATE bank.staff_session SET ended_at = %s"
        " WHERE staff_id = %s AND session_id = %s AND ended_at IS NULL",
        (now, session.staff_id, session.session_id),
    )


def end_sessions_of(connection: Connection, staff_id: UUID, now: datetime) -> None:
    """End all sessions of a member."""
    connection.execute(
        "UPDATE bank.staff_session SET ended_at = %s WHERE staff_id = %s AND ended_at IS NULL",
        (now, staff_id),
    )


def _member(row: tuple[Any, ...]) -> StaffMember:
    staff_id, name, roles, added_at, revoked_at = row
    return StaffMember(staff_id, name, _roles(roles), added_at, revoked_at)


def _roles(names: Iterable[str]) -> frozenset[Role]:
    return frozenset(Role(name) for name in names)
