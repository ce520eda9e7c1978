"""Passkeys of people: registered once signed in; from then on they sign in without a message."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.passkeys import ceremonies, store
from zerobar.bank.passkeys.errors import PasskeyRefused
from zerobar.bank.passkeys.model import Owner, OwnerKind, Passkey
from zerobar.bank.people import store as people
from zerobar.bank.people.devices import Device, check_proof, enrol_device
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.masking import masked_phone
from zerobar.bank.people.sessions import OpenedSession, open_session


def begin_registration(bank: Bank, session: Session) -> ceremonies.Json:
    """Return what the browser needs to make a passkey.

    Raises TooManyPasskeys, or as `require_holder`: sooner than the authenticator has made one.
    """
    with bank.transaction() as connection:
        require_holder(connection, session, bank.clock())
        person = people.person(connection, session.person_id)
        assert person is not None, "only who is known is signed in"
        name = masked_phone(person.phone)
        return ceremonies.registration_options(bank, connection, _owner(person.id), name)


def register(bank: Bank, session: Session, answer: ceremonies.Answer, label: str) -> Passkey:
    """Keep a person's new passkey; raises what registering one raises, or as `require_holder`."""
    with bank.transaction() as connection:
        require_holder(connection, session, bank.clock())
        return ceremonies.register(bank, connection, _owner(session.person_id), answer, label)


def passkeys_of(bank: Bank, person_id: UUID) -> list[Passkey]:
    """Return a person's passkeys, oldest first."""
    with bank.connection() as connection:
        return store.passkeys_of(connection, _owner(person_id))


def remove(bank: Bank, session: Session, passkey_id: str) -> None:
    """End a person's passkey; raises PasskeyUnknown, or as `require_holder`."""
    with bank.transaction() as connection:
        require_holder(connection, session, bank.clock())
        ceremonies.revoke(bank, connection, _owner(session.person_id), passkey_id)


def sign_in(
    bank: Bank, session_id: UUID, answer: ceremonies.Answer, device: Device
) -> OpenedSession:
    """Begin a session for whoever's passkey it is, and enrol the device's key.

    Args:
        session_id: of whoever asks; the device's proof is over it.

    Raises BadDeviceKey, PasskeyRefused, ChallengeStale or IdUsed.
    """
    check_proof(device, session_id)
    with bank.transaction() as connection:
        passkey = ceremonies.authenticate(bank, connection, OwnerKind.PERSON, answer)
        person_id = passkey.owner.id
        if people.person(connection, person_id) is None:
            raise PasskeyRefused
        enrol_device(bank, connection, person_id, device)
        return open_session(bank, connection, session_id, person_id, device.key_id)


def _owner(person_id: UUID) -> Owner:
    return Owner(OwnerKind.PERSON, person_id)
