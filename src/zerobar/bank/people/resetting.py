"""A forgotten PIN: a code on the phone shows the number, the resident ID shows the person.

A resident ID is no secret: many a seller and many a leak know it, and a stolen wallet has it beside
the phone. So the device must have been enrolled a day ago as well, in which the holder has heard of
it on the others: who has just signed in gets no further, unless staff have seen the holder with
that device.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.device_age import KNOWN_FOR
from zerobar.bank.people.errors import (
    DeviceTooNew,
    IdentityRefused,
    PersonUnknown,
    PinTooObvious,
)
from zerobar.bank.people.masking import RESIDENT_ID_PURPOSE
from zerobar.bank.people.model import Person
from zerobar.bank.people.obvious import is_obvious
from zerobar.bank.people.pin import store_pin
from zerobar.bank.people.sms_codes import Purpose, use_code
from zerobar.bank.people.staff_reset import is_permitted, use_permits
from zerobar.database import Connection


@dataclass(frozen=True, slots=True)
class NewPin:
    """A new PIN, and what shows that its holder asks for it.

    Attributes:
        code: from the phone, for Purpose.NEW_PIN.
        resident_id: of who is verified; else None.
    """

    pin: str = field(repr=False)
    code: str = field(repr=False)
    resident_id: str | None = field(repr=False)


def reset_pin(bank: Bank, session: Session, request_id: UUID, wanted: NewPin) -> None:
    """Give a person a new PIN without the old one; locks end, and open grants too.

    Args:
        request_id: of whoever asks; the same may be asked again while the code is valid.

    Raises PinTooObvious, IdentityRefused, DeviceTooNew, TooMany, WrongCode or CodeOver.
    """
    with bank.transaction() as connection:
        person = store.person(connection, session.person_id)
        if person is None:
            raise PersonUnknown
        if is_obvious(wanted.pin, person.phone):
            raise PinTooObvious
        count_attempt(connection, AttemptKind.RESET_PIN, str(person.id), bank.clock())
    with bank.transaction() as connection:
        _check_identity(bank, connection, person, wanted.resident_id)
        if not is_permitted(connection, session, request_id, bank.clock()):
            _check_device(connection, session.key_id, bank.clock())
    use_code(bank, person.phone, Purpose.NEW_PIN, wanted.code, request_id)
    with bank.transaction() as connection:
        store_pin(bank, connection, person, session.key_id, wanted.pin)
        use_permits(connection, session, request_id)


def _check_identity(
    bank: Bank, connection: Connection, person: Person, resident_id: str | None
) -> None:
    known = store.resident_id_index(connection, person.id)
    if known is None:
        return
    given = bank.sealer.index((resident_id or "").strip().upper(), RESIDENT_ID_PURPOSE)
    if not hmac.compare_digest(known, given):
        raise IdentityRefused


def _check_device(connection: Connection, key_id: UUID, now: datetime) -> None:
    key = store.signing_key(connection, key_id)
    assert key is not None, "only an enrolled device is signed in"
    if now - key.enrolled_at < KNOWN_FOR:
        raise DeviceTooNew(KNOWN_FOR // timedelta(hours=1))
