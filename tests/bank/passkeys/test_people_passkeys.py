"""Passkeys of people: registered once signed in, then enough to sign in on a new device."""

from __future__ import annotations

import random
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.employees import found, new_authenticator
from tests.bank.holders import Holder, Key, grant, new_key
from zerobar.bank.context import Bank
from zerobar.bank.passkeys import ceremonies, people
from zerobar.bank.passkeys.errors import (
    ChallengeStale,
    PasskeyRefused,
    PasskeyTaken,
    PasskeyUnknown,
    RegistrationRefused,
    TooManyPasskeys,
)
from zerobar.bank.passkeys.model import OwnerKind
from zerobar.bank.people import sessions
from zerobar.bank.people.devices import Device
from zerobar.bank.people.errors import BadDeviceKey
from zerobar.bank.staff import membership
from zerobar.bank.staff.model import Role
from zerobar.client.enrolment import enrolment_bytes
from zerobar.demo.authenticator import Authenticator

pytestmark = pytest.mark.slow


@pytest.fixture
def anna(bank: Bank, anna: Holder) -> Holder:
    """Anna, who has just given her PIN."""
    grant(bank, anna)
    return anna


@pytest.fixture
def bea(bank: Bank, bea: Holder) -> Holder:
    """Bea, who has just given his PIN."""
    grant(bank, bea)
    return bea


@pytest.fixture
def phone(bank: Bank, anna: Holder) -> Authenticator:
    """Anna's phone, with a passkey on it."""
    phone = new_authenticator(bank)
    answer = phone.create(people.begin_registration(bank, anna.session))
    people.register(bank, anna.session, answer, "phone")
    return phone


def device(key: Key, session_id: UUID) -> Device:
    proof = key.sign(enrolment_bytes(session_id, key.id, key.public_key))
    return Device(key.id, key.public_key, "tablet", proof)


def options(bank: Bank) -> ceremonies.Json:
    return ceremonies.sign_in_options(bank, OwnerKind.PERSON)


def test_a_passkey_signs_in_on_a_new_device_and_enrols_its_key(
    bank: Bank, anna: Holder, phone: Authenticator
) -> None:
    key, session_id = new_key(bank), bank.new_id()
    opened = people.sign_in(bank, session_id, phone.get(options(bank)), device(key, session_id))
    session = sessions.session_of(bank, opened.token)
    assert (session.person_id, session.key_id) == (anna.person, key.id)
    assert sessions.session_of(bank, anna.token).person_id == anna.person


def test_a_device_without_its_private_key_is_not_enrolled(bank: Bank, phone: Authenticator) -> None:
    stolen = device(new_key(bank), bank.new_id())
    with pytest.raises(BadDeviceKey):
        people.sign_in(bank, bank.new_id(), phone.get(options(bank)), stolen)


def test_options_show_a_masked_phone_number_and_what_is_registered(
    bank: Bank, anna: Holder, phone: Authenticator
) -> None:
    shown = people.begin_registration(bank, anna.session)
    assert shown["user"]["name"] == "138****0001"
    assert len(shown["excludeCredentials"]) == len(phone.credentials)
    assert shown["authenticatorSelection"]["userVerification"] == "required"


def test_a_passkey_is_registered_for_whoever_asked(bank: Bank, anna: Holder, bea: Holder) -> None:
    answer = new_authenticator(bank).create(people.begin_registration(bank, anna.session))
    with pytest.raises(ChallengeStale):
        people.register(bank, bea.session, answer, "not mine")


def test_a_registration_counts_once(bank: Bank, anna: Holder) -> None:
    answer = new_authenticator(bank).create(people.begin_registration(bank, anna.session))
    people.register(bank, anna.session, answer, "phone")
    with pytest.raises(ChallengeStale):
        people.register(bank, anna.session, answer, "phone")


def test_a_registration_is_good_for_five_minutes(bank: Bank, anna: Holder, clock: Clock) -> None:
    answer = new_authenticator(bank).create(people.begin_registration(bank, anna.session))
    clock.advance(minutes=5)
    grant(bank, anna)
    with pytest.raises(ChallengeStale):
        people.register(bank, anna.session, answer, "phone")


def test_nobody_takes_over_a_credential_of_somebody_else(
    bank: Bank, bea: Holder, phone: Authenticator
) -> None:
    copying = new_authenticator(bank)
    ids = iter([bytes(31), *phone.credentials])
    copying.random = lambda _: next(ids)
    answer = copying.create(people.begin_registration(bank, bea.session))
    with pytest.raises(PasskeyTaken):
        people.register(bank, bea.session, answer, "mine now")


def test_a_sign_in_answer_registers_nothing(bank: Bank, anna: Holder, phone: Authenticator) -> None:
    with pytest.raises(RegistrationRefused):
        people.register(bank, anna.session, phone.get(options(bank)), "phone")


def test_staff_and_people_do_not_sign_in_for_each_other(bank: Bank, phone: Authenticator) -> None:
    employee = found(bank, "Head", Role.ADMINISTRATOR)
    with pytest.raises(ChallengeStale):
        membership.sign_in(bank, phone.get(options(bank)))
    for_staff = ceremonies.sign_in_options(bank, OwnerKind.STAFF)
    with pytest.raises(PasskeyRefused):
        membership.sign_in(bank, phone.get(for_staff))
    session_id = bank.new_id()
    with pytest.raises(PasskeyRefused):
        people.sign_in(
            bank,
            session_id,
            employee.authenticator.get(options(bank)),
            device(new_key(bank), session_id),
        )


def test_a_removed_passkey_signs_in_no_more(
    bank: Bank, anna: Holder, bea: Holder, phone: Authenticator
) -> None:
    answer = phone.get(options(bank))
    with pytest.raises(PasskeyUnknown):
        people.remove(bank, bea.session, answer["id"])
    people.remove(bank, anna.session, answer["id"])
    people.remove(bank, anna.session, answer["id"])
    assert people.passkeys_of(bank, anna.person) == []
    session_id = bank.new_id()
    with pytest.raises(PasskeyRefused):
        people.sign_in(bank, session_id, answer, device(new_key(bank), session_id))


def test_nobody_has_more_than_ten(bank: Bank, anna: Holder) -> None:
    for seed in range(ceremonies.MOST_PASSKEYS):
        answer = new_authenticator(bank, seed).create(people.begin_registration(bank, anna.session))
        people.register(bank, anna.session, answer, f"key {seed}")
    with pytest.raises(TooManyPasskeys):
        people.begin_registration(bank, anna.session)


def test_no_nonsense_is_more_than_refused(bank: Bank, phone: Authenticator) -> None:
    draw = random.Random(8)
    for _ in range(200):
        answer = phone.get(options(bank))
        for name in draw.sample(list(answer["response"]), 2):
            answer["response"][name] = draw.choice(["", "AA", "W10", "e30", "W1tb" * 2000, "oA"])
        session_id = bank.new_id()
        with pytest.raises((PasskeyRefused, ChallengeStale)):
            people.sign_in(bank, session_id, answer, device(new_key(bank), session_id))
