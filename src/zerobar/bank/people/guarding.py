"""What a phone number alone does not give.

Whoever takes over a number, by another SIM card, gets its messages and so signs in on a new device.
That shows balances and no more: whatever changes who can move a person's money, or lets money in
from a card, asks `require_holder` first. The PIN is the person's, one for all wallets, so there is
no wallet beside it that could be given another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from zerobar.bank.asking import Session
from zerobar.bank.people.device_age import require_known
from zerobar.bank.people.errors import PinNeeded
from zerobar.database import Connection

_FIND: Final = """
    SELECT p.pin_hash IS NOT NULL, EXISTS (
        SELECT 1 FROM bank.wallet w JOIN bank.pin_grant g USING (wallet_id)
        WHERE w.person_id = p.person_id AND g.key_id = %(key)s AND g.expires_at > %(now)s
    )
    FROM bank.person p WHERE p.person_id = %(person)s
"""


def require_holder(connection: Connection, session: Session, now: datetime) -> None:
    """Raise unless the person's PIN was given on this device just now, for whichever wallet.

    Who has no PIN yet has nothing to give; there the device must be the first one, or known for a
    day. Raises PinNeeded or DeviceTooNew.
    """
    row = connection.execute(
        _FIND, {"person": session.person_id, "key": session.key_id, "now": now}
    ).fetchone()
    has_pin, granted = row if row else (False, False)
    if not has_pin:
        require_known(connection, session, now)
    elif not granted:
        raise PinNeeded
