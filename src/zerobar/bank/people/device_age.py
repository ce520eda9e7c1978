"""How long a device is known: what a stolen SIM card gives is a device that has just come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from zerobar.bank.asking import Session
from zerobar.bank.people.errors import DeviceTooNew
from zerobar.database import Connection

KNOWN_FOR: Final = timedelta(hours=24)
"""The time that whoever has lost a SIM card or a phone has to notice it."""

_FIND: Final = """
    SELECT k.enrolled_at, NOT EXISTS (
        SELECT 1 FROM bank.signing_key e
        WHERE e.owner_id = k.owner_id AND e.enrolled_at < k.enrolled_at
    )
    FROM bank.signing_key k WHERE k.key_id = %s AND k.owner_id = %s AND k.revoked_at IS NULL
"""


def is_known(connection: Connection, session: Session, now: datetime) -> bool:
    """Return whether a device is the person's first, or was enrolled a day ago or earlier."""
    row = connection.execute(_FIND, (session.key_id, session.person_id)).fetchone()
    return row is not None and (row[1] or now - row[0] >= KNOWN_FOR)


def require_known(connection: Connection, session: Session, now: datetime) -> None:
    """Raise DeviceTooNew unless the device `is_known`."""
    if not is_known(connection, session, now):
        raise DeviceTooNew(KNOWN_FOR // timedelta(hours=1))
