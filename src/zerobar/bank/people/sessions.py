"""Sessions: a device that is signed in. The token is known to the device alone.

A device has one session: a new one ends the one before.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.asking import Session, SessionUnknown
from zerobar.bank.context import Bank
from zerobar.database import Connection

VALID_FOR: Final = timedelta(days=30)
TOKEN_BYTES: Final = 32

_FIND: Final = """
    SELECT s.session_id, s.person_id, s.key_id FROM bank.session s
    JOIN bank.signing_key k USING (key_id)
    WHERE s.token_hash = %s AND s.ended_at IS NULL AND s.expires_at > %s AND k.revoked_at IS NULL
"""
_UNENDED: Final = (
    "SELECT 1 FROM bank.session WHERE key_id = %s AND person_id = %s AND ended_at IS NULL"
)
_END: Final = "UPDATE bank.session SET ended_at = %s WHERE key_id = %s AND ended_at IS NULL"


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that has just begun.

    Attributes:
        token: what the device shows from now on; the bank keeps only its hash.
    """

    id: UUID
    person_id: UUID
    key_id: UUID
    expires_at: datetime
    token: str = field(repr=False)


def open_session(
    bank: Bank, connection: Connection, session_id: UUID, person_id: UUID, key_id: UUID
) -> OpenedSession:
    """Begin a session for a person's enrolled device.

    Args:
        session_id: of whoever asks; asked again, the token before is void.
    """
    now = bank.clock()
    token = base64.urlsafe_b64encode(bank.random(TOKEN_BYTES)).rstrip(b"=").decode()
    end_sessions(connection, key_id, now)
    connection.execute(
        "INSERT INTO bank.session (token_hash, session_id, person_id, key_id, opened_at,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s)",
        (_hash(token), session_id, person_id, key_id, now, now + VALID_FOR),
    )
    return OpenedSession(session_id, person_id, key_id, now + VALID_FOR, token)


def renew_session(bank: Bank, session_id: UUID, person_id: UUID, key_id: UUID) -> OpenedSession:
    """Begin a new session for a device that has just signed for it, in place of its last one.

    It needs no code, so nobody who uses up a number's codes locks out a device that is enrolled. A
    device that was signed out needs one again. Raises SessionUnknown.
    """
    with bank.transaction() as connection:
        if connection.execute(_UNENDED, (key_id, person_id)).fetchone() is None:
            raise SessionUnknown
        return open_session(bank, connection, session_id, person_id, key_id)


def session_of(bank: Bank, token: str) -> Session:
    """Return whose token it is; raises SessionUnknown."""
    with bank.connection() as connection:
        row = connection.execute(_FIND, (_hash(token), bank.clock()), prepare=True).fetchone()
    if row is None:
        raise SessionUnknown
    return Session(*row)


def end_session(bank: Bank, session: Session) -> None:
    """Sign out."""
    with bank.transaction() as connection:
        end_sessions(connection, session.key_id, bank.clock())


def end_sessions(connection: Connection, key_id: UUID, now: datetime) -> None:
    """End what is open on a device, its grants too."""
    connection.execute(_END, (now, key_id))
    connection.execute("DELETE FROM bank.pin_grant WHERE key_id = %s", (key_id,))


def _hash(token: str) -> bytes:
    # A token has 256 bits of its own, so it needs neither salt nor slowness.
    return hashlib.sha256(token.encode()).digest()
