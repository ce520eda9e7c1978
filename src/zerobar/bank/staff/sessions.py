"""Sessions of staff: an opaque token, kept as its hash, for one working day."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Final, NamedTuple

from zerobar.bank.context import Bank
from zerobar.bank.staff import audit, store
from zerobar.bank.staff.errors import StaffNotSignedIn
from zerobar.bank.staff.model import StaffMember, StaffSession
from zerobar.database import Connection

LIFETIME: Final = timedelta(hours=8)
_TOKEN_BYTES: Final = 32


class OpenedSession(NamedTuple):
    """A new session, and the token that nobody can read again."""

    token: str
    session: StaffSession


def open_session(bank: Bank, connection: Connection, member: StaffMember) -> OpenedSession:
    """Sign a member in, who has just shown a passkey."""
    token = base64.urlsafe_b64encode(bank.random(_TOKEN_BYTES)).rstrip(b"=").decode()
    now = bank.clock()
    session = StaffSession(bank.new_id(), member.id, member.name, member.roles, now + LIFETIME)
    store.insert_session(connection, _hash(token), session, now)
    return OpenedSession(token, session)


def session_of(bank: Bank, token: str) -> StaffSession:
    """Return whose token it is; raises StaffNotSignedIn."""
    with bank.connection() as connection:
        session = store.session(connection, _hash(token), bank.clock())
    if session is None:
        raise StaffNotSignedIn
    return session


def end_session(bank: Bank, session: StaffSession) -> None:
    """Sign out; doing it again changes nothing."""
    with bank.transaction() as connection:
        store.end_session(connection, session, bank.clock())
        audit.append(bank, connection, session.staff_id, "sign-out")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
