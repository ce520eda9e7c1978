"""The payment PIN: six digits that open a grant of five minutes for one wallet on one device.

Five wrong tries lock it for three hours. The tries are counted under a lock on the wallet's row,
so there are five however many are made at once.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from zerobar.bank.context import Bank
from zerobar.bank.people.attempts import seconds_up
from zerobar.bank.people.errors import (
    DeviceUnknown,
    PinAlreadySet,
    PinLocked,
    PinNeeded,
    PinNotSet,
    PinTooObvious,
    WalletClosed,
    WalletUnknown,
    WrongPin,
)
from zerobar.bank.people.obvious import is_obvious
from zerobar.bank.people.store import signing_key
from zerobar.database import Connection

MOST_TRIES: Final = 5
LOCKED_FOR: Final = timedelta(hours=3)
GRANT_FOR: Final = timedelta(minutes=5)

# OWASP's parameters for servers that check many at once: 19 MiB, two passes, one lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_LOCK: Final = """
    SELECT w.pin_hash, w.pin_failures, w.pin_locked_until, w.closed_at, p.phone
    FROM bank.wallet w JOIN bank.person p USING (person_id)
    WHERE w.wallet_id = %s AND w.person_id = %s FOR UPDATE OF w
"""
_COUNT: Final = (
    "UPDATE bank.wallet SET pin_failures = %s, pin_locked_until = %s WHERE wallet_id = %s"
)
_SET: Final = """
    UPDATE bank.wallet SET pin_hash = %s, pin_failures = 0, pin_locked_until = NULL
    WHERE wallet_id = %s
"""
_GRANT: Final = """
    INSERT INTO bank.pin_grant (wallet_id, key_id, expires_at) VALUES (%s, %s, %s)
    ON CONFLICT (wallet_id, key_id) DO UPDATE SET expires_at = EXCLUDED.expires_at
"""


def set_first_pin(bank: Bank, person_id: UUID, wallet_id: UUID, pin: str) -> None:
    """Give a wallet its first PIN.

    Raises WalletUnknown, WalletClosed, PinAlreadySet or PinTooObvious.
    """
    with bank.transaction() as connection:
        pin_hash, _, _, phone = _locked(connection, person_id, wallet_id)
        if pin_hash is not None:
            raise PinAlreadySet
        store_pin(bank, connection, wallet_id, pin, phone)


def change_pin(bank: Bank, person_id: UUID, wallet_id: UUID, old: str, new: str) -> None:
    """Replace the PIN by another; open grants end.

    Raises what `verify_pin` raises, or PinTooObvious.
    """
    with bank.transaction() as connection:
        wrong, phone = _try(bank, connection, person_id, wallet_id, old)
        if wrong is None:
            store_pin(bank, connection, wallet_id, new, phone)
    if wrong is not None:
        raise wrong


def verify_pin(bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID, pin: str) -> datetime:
    """Check the PIN and open a grant for a device; return when it ends.

    Raises WalletUnknown, WalletClosed, DeviceUnknown, PinNotSet, WrongPin or PinLocked.
    """
    expires_at = bank.clock() + GRANT_FOR
    with bank.transaction() as connection:
        _check_device(connection, person_id, key_id)
        wrong, _ = _try(bank, connection, person_id, wallet_id, pin)
        if wrong is None:
            connection.execute(_GRANT, (wallet_id, key_id, expires_at))
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


def store_pin(bank: Bank, connection: Connection, wallet_id: UUID, pin: str, phone: str) -> None:
    """Make a PIN a wallet's; tries and grants begin anew. Raises PinTooObvious."""
    if is_obvious(pin, phone):
        raise PinTooObvious
    connection.execute(_SET, (_HASHER.hash(_peppered(bank, wallet_id, pin)), wallet_id))
    connection.execute("DELETE FROM bank.pin_grant WHERE wallet_id = %s", (wallet_id,))


def _check_device(connection: Connection, person_id: UUID, key_id: UUID) -> None:
    key = signing_key(connection, key_id)
    if key is None or key.owner_id != person_id or key.revoked_at is not None:
        raise DeviceUnknown


def _locked(
    connection: Connection, person_id: UUID, wallet_id: UUID
) -> tuple[str | None, int, datetime | None, str]:
    row = connection.execute(_LOCK, (wallet_id, person_id)).fetchone()
    if row is None:
        raise WalletUnknown
    pin_hash, failures, locked_until, closed_at, phone = row
    if closed_at is not None:
        raise WalletClosed
    return pin_hash, failures, locked_until, phone


def _try(
    bank: Bank, connection: Connection, person_id: UUID, wallet_id: UUID, pin: str
) -> tuple[WrongPin | PinLocked | None, str]:
    """Try a PIN and count; return what is wrong, for after the commit, and the phone number."""
    now = bank.clock()
    pin_hash, failures, locked_until, phone = _locked(connection, person_id, wallet_id)
    if pin_hash is None:
        raise PinNotSet
    if locked_until is not None and now < locked_until:
        raise PinLocked(seconds_up(locked_until - now))
    if _matches(pin_hash, _peppered(bank, wallet_id, pin)):
        connection.execute(_COUNT, (0, None, wallet_id))
        return None, phone
    # A lock that has passed begins the count anew.
    failures = 1 if locked_until is not None else failures + 1
    locks = failures >= MOST_TRIES
    connection.execute(_COUNT, (failures, now + LOCKED_FOR if locks else None, wallet_id))
    wrong = PinLocked(seconds_up(LOCKED_FOR)) if locks else WrongPin(MOST_TRIES - failures)
    return wrong, phone


def _peppered(bank: Bank, wallet_id: UUID, pin: str) -> bytes:
    """A million PINs are tried in hours against any hash: the bank's secret makes it hopeless."""
    message = f"{wallet_id}\x1f{pin}".encode()
    return hmac.digest(bank.sealer.secret("pin"), message, hashlib.sha256)


def _matches(pin_hash: str, peppered: bytes) -> bool:
    try:
        return _HASHER.verify(pin_hash, peppered)
    except VerifyMismatchError:
        return False
