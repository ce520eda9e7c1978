"""A forgotten PIN: a code on the phone shows the number, the resident ID shows the person.

Who is not verified has no resident ID to show. There the device must be one that was enrolled a
day ago: whoever has just stolen the SIM card and signed in with it gets no further.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.errors import (
    DeviceTooNew,
    IdentityRefused,
    PersonUnknown,
    PinTooObvious,
    WalletClosed,
)
from zerobar.bank.people.masking import RESIDENT_ID_PURPOSE
from zerobar.bank.people.model import Person
from zerobar.bank.people.obvious import is_obvious
from zerobar.bank.people.pin import store_pin
from zerobar.bank.people.sms_codes import Purpose, use_code
from zerobar.bank.people.wallets import wallet_of
from zerobar.database import Connection

KNOWN_FOR: Final = timedelta(hours=24)


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


def reset_pin(
    bank: Bank, session: Session, wallet_id: UUID, request_id: UUID, wanted: NewPin
) -> None:
    """Give a wallet a new PIN without the old one; a lock ends, and open grants too.

    Args:
        request_id: of whoever asks; the same may be asked again while the code is valid.

    Raises WalletUnknown, WalletClosed, PinTooObvious, IdentityRefused, DeviceTooNew, TooMany,
    WrongCode or CodeOver.
    """
    with bank.transaction() as connection:
        person = store.person(connection, session.person_id)
        if person is None:
            raise PersonUnknown
        if wallet_of(connection, person.id, wallet_id).closed_at is not None:
            raise WalletClosed
        if is_obvious(wanted.pin, person.phone):
            raise PinTooObvious
        count_attempt(connection, AttemptKind.RESET_PIN, str(wallet_id), bank.clock())
    with bank.transaction() as connection:
        _check_identity(bank, connection, person, session.key_id, wanted.resident_id)
    use_code(bank, person.phone, Purpose.NEW_PIN, wanted.code, request_id)
    with bank.transaction() as connection:
        store_pin(bank, connection, wallet_id, wanted.pin, person.phone)


def _check_identity(
    bank: Bank, connection: Connection, person: Person, key_id: UUID, resident_id: str | None
) -> None:
    known = store.resident_id_index(connection, person.id)
    if known is None:
        _check_device_known(bank, connection, key_id)
        return
    given = bank.sealer.index((resident_id or "").strip().upper(), RESIDENT_ID_PURPOSE)
    if not hmac.compare_digest(known, given):
        raise IdentityRefused


def _check_device_known(bank: Bank, connection: Connection, key_id: UUID) -> None:
    key = store.signing_key(connection, key_id)
    if key is None or bank.clock() - key.enrolled_at < KNOWN_FOR:
        raise DeviceTooNew(KNOWN_FOR // timedelta(hours=1))
