"""One-time codes with which staff enrol: 100 bits, kept as a hash, good for a week.

A code follows from the bank's secret and from what it was approved by, so that it can be shown
again to whoever asked for it, as long as it was not used, without being stored.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff import store
from zerobar.bank.staff.errors import CodeGone, CodeRefused
from zerobar.bank.staff.model import StaffMember
from zerobar.database import Connection

LIFETIME: Final = timedelta(days=7)
# Crockford's alphabet: no letter that is taken for a digit.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code, to be handed over in person."""

    staff_id: UUID
    code: str = field(repr=False)
    expires_at: datetime


def give_code(bank: Bank, connection: Connection, staff_id: UUID, cause_id: UUID) -> None:
    """Let a member enrol with the code of this cause, and with no earlier one any more."""
    code = code_for(bank, staff_id, cause_id)
    store.insert_code(connection, _hash(code), staff_id, bank.clock() + LIFETIME)


def extend_code(bank: Bank, connection: Connection, staff_id: UUID, cause_id: UUID) -> None:
    """Let the code of this cause be used for longer, unless it was used or replaced."""
    code_hash = _hash(code_for(bank, staff_id, cause_id))
    store.extend_code(connection, code_hash, bank.clock() + LIFETIME)


def code_for(bank: Bank, staff_id: UUID, cause_id: UUID) -> str:
    """Return the code, as 4K7QX-0MZ2A-9TWE1-RB5CD."""
    key = bank.sealer.secret("staff-enrolment")
    number = int.from_bytes(hmac.digest(key, staff_id.bytes + cause_id.bytes, hashlib.sha256))
    digits = "".join(_ALPHABET[number >> 5 * i & 31] for i in range(_DIGITS))
    return "-".join(digits[i : i + 5] for i in range(0, _DIGITS, 5))


def issued_code(bank: Bank, staff_id: UUID, cause_id: UUID) -> IssuedCode:
    """Return a code that may still be used; raises CodeGone."""
    code = code_for(bank, staff_id, cause_id)
    with bank.connection() as connection:
        expires_at = store.code_expiry(connection, _hash(code), bank.clock())
    if expires_at is None:
        raise CodeGone
    return IssuedCode(staff_id, code, expires_at)


def member_of(bank: Bank, connection: Connection, code: str) -> StaffMember:
    """Return whom a code is for; raises CodeRefused."""
    member = store.member_by_code(connection, _hash(code), bank.clock())
    if member is None:
        raise CodeRefused
    return member


def use_code(bank: Bank, connection: Connection, code: str) -> None:
    """Use a code up; raises CodeRefused where somebody else just did."""
    if not store.use_code(connection, _hash(code), bank.clock()):
        raise CodeRefused


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.upper().translate(_READ_AS).encode()).digest()
