"""The payment PIN: six digits that open a grant of five minutes for one wallet on one device.

It is the person's, one for all wallets: so a further wallet is no way around it. Five wrong tries
lock it for three hours. The tries are counted under a lock on the person's row, so there are five
however many are made at once. Devices on which the right PIN was never given have one count and one
lock together, apart from all others: whoever signs in with a stolen SIM card cannot lock the
holder's own phone by guessing, however long he waits.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.attempts import seconds_up
from zerobar.bank.people.device_age import require_known
from zerobar.bank.people.errors import (
    DeviceUnknown,
    PersonUnknown,
    PinAlreadySet,
    PinLocked,
    PinNeeded,
    PinNotSet,
    PinTooObvious,
    WrongPin,
)
from zerobar.bank.people.model import Person
from zerobar.bank.people.obvious import is_obvious
from zerobar.bank.people.wallets import wallet_of
from zerobar.database import Connection

MOST_TRIES: Final = 5
LOCKED_FOR: Final = timedelta(hours=3)
GRANT_FOR: Final = timedelta(minutes=5)

# OWASP's parameters for servers that check many at once: 19 MiB, two passes, one lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_TRIES: Final = """
    SELECT failures, locked_until FROM bank.pin_tries WHERE person_id = %s AND new_device = %s
"""
_COUNT: Final = """
    INSERT INTO bank.pin_tries (person_id, new_device, failures, locked_until)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT (person_id, new_device) DO UPDATE SET failures = EXCLUDED.failures,
        locked_until = EXCLUDED.locked_until
"""
_FORGET: Final = "DELETE FROM bank.pin_tries WHERE person_id = %s AND new_device = %s"
_IS_NEW: Final = "SELECT pin_given_at IS NULL FROM bank.signing_key WHERE key_id = %s"
_GIVEN: Final = """
    UPDATE bank.signing_key SET pin_given_at = %s WHERE key_id = %s AND pin_given_at IS NULL
"""
_END_GRANTS: Final = """
    DELETE FROM bank.pin_grant
    WHERE wallet_id IN (SELECT wallet_id FROM bank.wallet WHERE person_id = %s)
"""
_GRANT: Final = """
    INSERT INTO bank.pin_grant (wallet_id, key_id, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (wallet_id, key_id) DO UPDATE SET expires_at = EXCLUDED.expires_at
"""


def set_first_pin(bank: Bank, session: Session, pin: str) -> None:
    """Give a person the first PIN; on the first device, or on one that is known for a day.

    Raises PinAlreadySet, DeviceTooNew or PinTooObvious.
    """
    with bank.transaction() as connection:
        person, pin_hash = _locked(connection, session.person_id)
        if pin_hash is not None:
            raise PinAlreadySet
        require_known(connection, session, bank.clock())
        store_pin(bank, connection, person, session.key_id, pin)


def change_pin(bank: Bank, session: Session, old: str, new: str) -> None:
    """Replace the PIN by another; open grants end.

    Raises DeviceUnknown, PinNotSet, WrongPin, PinLocked or PinTooObvious.
    """
    with bank.transaction() as connection:
        wrong, person = _try(bank, connection, session, old)
        if wrong is None:
            store_pin(bank, connection, person, session.key_id, new)
    if wrong is not None:
        raise wrong


def verify_pin(bank: Bank, session: Session, wallet_id: UUID, pin: str) -> datetime:
    """Check the PIN and open a grant for a wallet on a device; return when it ends.

    The wallet may be closed: a grant for it pays nothing, but shows who asks, also when no other
    wallet is left. Raises WalletUnknown, DeviceUnknown, PinNotSet, WrongPin or PinLocked.
    """
    expires_at = bank.clock() + GRANT_FOR
    with bank.transaction() as connection:
        wallet_of(connection, session.person_id, wallet_id)
        wrong, _ = _try(bank, connection, session, pin)
        if wrong is None:
            connection.execute(_GRANT, (wallet_id, session.key_id, expires_at))
    # Outside, so that the counted try stays.
    if wrong is not None:
        raise wrong
    return expires_at


def require_grant(connection: Connection, wallet_id: UUID, key_id: UUID, now: datetime) -> None:
    """Raise PinNeeded if the PIN was not given for this wallet on this device just now."""
    row = connection.execute(
        "SELECT 1 FROM bank.pin_grant WHERE wallet_id = %s AND key_id = %s AND expires_at > %s",
        (wallet_id, key_id, now),
        prepare=True,
    ).fetchone()
    if row is None:
        raise PinNeeded


def store_pin(bank: Bank, connection: Connection, person: Person, key_id: UUID, pin: str) -> None:
    """Make a PIN a person's; tries and grants begin anew. Raises PinTooObvious.

    Args:
        key_id: of the device that it was chosen on.
    """
    if is_obvious(pin, person.phone):
        raise PinTooObvious
    connection.execute(
        "UPDATE bank.person SET pin_hash = %s WHERE person_id = %s",
        (_HASHER.hash(_peppered(bank, person.id, pin)), person.id),
    )
    connection.execute("DELETE FROM bank.pin_tries WHERE person_id = %s", (person.id,))
    connection.execute(_END_GRANTS, (person.id,))
    connection.execute(_GIVEN, (bank.clock(), key_id))


def _check_device(connection: Connection, session: Session) -> None:
    key = store.signing_key(connection, session.key_id)
    if key is None or key.owner_id != session.person_id or key.revoked_at is not None:
        raise DeviceUnknown


def _locked(connection: Connection, person_id: UUID) -> tuple[Person, str | None]:
    person = store.lock_person(connection, person_id)
    if person is None:
        raise PersonUnknown
    return person, store.pin_hash(connection, person_id)


def _try(
    bank: Bank, connection: Connection, session: Session, pin: str
) -> tuple[WrongPin | PinLocked | None, Person]:
    """Try a PIN and count; return what is wrong, for after the commit, and whose PIN it is."""
    now = bank.clock()
    _check_device(connection, session)
    person, pin_hash = _locked(connection, session.person_id)
    if pin_hash is None:
        raise PinNotSet
    tried_on = (person.id, _is_new(connection, session.key_id))
    failures, locked_until = connection.execute(_TRIES, tried_on).fetchone() or (0, None)
    if locked_until is not None and now < locked_until:
        raise PinLocked(seconds_up(locked_until - now))
    if _matches(pin_hash, _peppered(bank, person.id, pin)):
        connection.execute(_FORGET, tried_on)
        connection.execute(_GIVEN, (now, session.key_id))
        return None, person
    # A lock that has passed begins the count anew.
    failures = 1 if locked_until is not None else failures + 1
    locks = failures >= MOST_TRIES
    connection.execute(_COUNT, (*tried_on, failures, now + LOCKED_FOR if locks else None))
    wrong = PinLocked(seconds_up(LOCKED_FOR)) if locks else WrongPin(MOST_TRIES - failures)
    return wrong, person


def _is_new(connection: Connection, key_id: UUID) -> bool:
    """Return whether the right PIN was never given on a device."""
    row = connection.execute(_IS_NEW, (key_id,)).fetchone()
    return row is None or row[0]


def _peppered(bank: Bank, person_id: UUID, pin: str) -> bytes:
    """A million PINs are tried in hours against any hash: the bank's secret makes it hopeless."""
    message = f"{person_id}\x1f{pin}".encode()
    return hmac.digest(bank.sealer.secret("pin"), message, hashlib.sha256)


def _matches(pin_hash: str, peppered: bytes) -> bool:
    try:
        return _HASHER.verify(pin_hash, peppered)
    except VerifyMismatchError:
        return False
