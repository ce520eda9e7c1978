from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from argon2 import Type
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import PIN, Holder, grant, new_key, open_holder
from tests.bank.people.asking import NAME, RESIDENT_ID
from tests.bank.quick_pins import REAL
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.devices import revoke_device
from zerobar.bank.people.errors import (
    DeviceTooNew,
    DeviceUnknown,
    IdentityRefused,
    PinAlreadySet,
    PinLocked,
    PinNeeded,
    PinNotSet,
    PinTooObvious,
    WalletUnknown,
    WrongPin,
)
from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.bank.people.obvious import is_obvious
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.pin import change_pin, require_grant, set_first_pin, verify_pin
from zerobar.bank.people.resetting import NewPin, reset_pin
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.bank.people.verifying import verify_identity

OTHER = "804925"


def has_grant(bank: Bank, holder: Holder) -> bool:
    with bank.connection() as connection:
        try:
            require_grant(connection, holder.wallet, holder.key.id, bank.clock())
        except PinNeeded:
            return False
    return True


def guess(bank: Bank, holder: Holder, pin: str) -> type[Exception] | None:
    try:
        grant(bank, holder, pin)
    except (WrongPin, PinLocked) as error:
        return type(error)
    return None


def test_a_grant_lasts_five_minutes(bank: Bank, clock: Clock, anna: Holder) -> None:
    assert not has_grant(bank, anna)
    grant(bank, anna)
    clock.advance(minutes=4, seconds=59)
    assert has_grant(bank, anna)
    clock.advance(seconds=1)
    assert not has_grant(bank, anna)


def test_a_grant_is_for_one_wallet_on_one_device(bank: Bank, anna: Holder, bea: Holder) -> None:
    grant(bank, anna)
    assert not has_grant(bank, bea)
    with bank.connection() as connection, pytest.raises(PinNeeded):
        require_grant(connection, anna.wallet, bea.key.id, bank.clock())


def test_nobody_opens_a_grant_for_another_s_wallet_or_device(
    bank: Bank, anna: Holder, bea: Holder
) -> None:
    with pytest.raises(WalletUnknown):
        verify_pin(bank, bea.session, anna.wallet, PIN)
    with pytest.raises(DeviceUnknown):
        verify_pin(bank, replace(anna, key=bea.key).session, anna.wallet, PIN)


def test_five_wrong_tries_lock_the_pin_for_three_hours(
    bank: Bank, clock: Clock, anna: Holder
) -> None:
    for left in (4, 3, 2, 1):
        with pytest.raises(WrongPin) as wrong:
            grant(bank, anna, OTHER)
        assert wrong.value.facts == {"tries_left": left}
    with pytest.raises(PinLocked) as locked:
        grant(bank, anna, OTHER)
    assert locked.value.retry_after_s == 3 * 3600
    clock.advance(hours=2, minutes=59, seconds=59)
    assert guess(bank, anna, PIN) is PinLocked
    clock.advance(seconds=1)
    assert guess(bank, anna, OTHER) is WrongPin
    assert guess(bank, anna, PIN) is None


def test_a_right_try_gives_five_tries_again(bank: Bank, anna: Holder) -> None:
    results = [guess(bank, anna, pin) for pin in (*[OTHER] * 4, PIN, OTHER)]
    assert results == [*[WrongPin] * 4, None, WrongPin]


@pytest.mark.slow
def test_no_more_than_five_tries_are_made_at_once(bank: Bank, anna: Holder) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda _: guess(bank, anna, OTHER), range(12)))
    assert outcomes.count(WrongPin) == 4 and outcomes.count(PinLocked) == 8
    assert guess(bank, anna, PIN) is PinLocked


def test_phones_on_which_the_pin_was_never_given_share_tries_of_their_own(
    bank: Bank, clock: Clock, anna: Holder
) -> None:
    new_phone = enrolled(bank, anna)
    for _ in range(5):
        guess(bank, new_phone, OTHER)
    assert (guess(bank, new_phone, PIN), guess(bank, anna, PIN)) == (PinLocked, None)
    another = enrolled(bank, anna)
    assert guess(bank, another, PIN) is PinLocked
    clock.advance(days=30)
    for _ in range(5):
        guess(bank, new_phone, OTHER)
    assert (guess(bank, another, PIN), guess(bank, anna, PIN)) == (PinLocked, None)


def test_a_phone_on_which_the_pin_was_given_once_has_the_holder_s_tries(
    bank: Bank, anna: Holder
) -> None:
    second, thief = enrolled(bank, anna), enrolled(bank, anna)
    assert guess(bank, second, PIN) is None
    for _ in range(5):
        guess(bank, thief, OTHER)
    assert (guess(bank, second, PIN), guess(bank, anna, PIN)) == (None, None)
    for _ in range(5):
        guess(bank, second, OTHER)
    assert guess(bank, anna, PIN) is PinLocked


def enrolled(bank: Bank, holder: Holder) -> Holder:
    """Return the same person on a device that has just come."""
    key, now = new_key(bank), bank.clock()
    stored = SigningKey(
        key.id, KeyOwner.DEVICE, holder.person, key.public_key, "new phone", now, None
    )
    with bank.connection() as connection:
        assert store.insert_signing_key(connection, stored)
    return replace(holder, key=key)


def test_one_pin_opens_grants_for_each_wallet_and_changing_it_ends_them_all(
    bank: Bank, anna: Holder
) -> None:
    grant(bank, anna)
    opened = open_further(bank, anna.session, bank.new_id(), "Savings")
    further = replace(anna, wallet=opened.id, number=opened.number)
    assert not has_grant(bank, further)
    with pytest.raises(PinAlreadySet):
        set_first_pin(bank, further.session, OTHER)
    grant(bank, further)
    assert has_grant(bank, further)
    change_pin(bank, further.session, PIN, OTHER)
    assert not has_grant(bank, anna) and not has_grant(bank, further)


def test_a_first_pin_is_set_once(bank: Bank, anna: Holder) -> None:
    with pytest.raises(PinAlreadySet):
        set_first_pin(bank, anna.session, OTHER)


def test_without_a_pin_nothing_is_granted(bank: Bank) -> None:
    newcomer = open_holder(bank, "+8613800000009", pin=None)
    with pytest.raises(PinNotSet):
        grant(bank, newcomer, PIN)


def test_changing_the_pin_needs_the_old_one_and_ends_grants(bank: Bank, anna: Holder) -> None:
    grant(bank, anna)
    with pytest.raises(WrongPin):
        change_pin(bank, anna.session, OTHER, OTHER)
    change_pin(bank, anna.session, PIN, OTHER)
    assert not has_grant(bank, anna)
    assert guess(bank, anna, PIN) is WrongPin
    assert guess(bank, anna, OTHER) is None


def test_an_obvious_pin_is_refused_and_the_old_one_stays(bank: Bank, anna: Holder) -> None:
    with pytest.raises(PinTooObvious):
        change_pin(bank, anna.session, PIN, "123456")
    assert guess(bank, anna, PIN) is None


def test_a_revoked_device_has_no_grant(bank: Bank, anna: Holder) -> None:
    grant(bank, anna)
    revoke_device(bank, anna.session, anna.key.id)
    assert not has_grant(bank, anna)


@pytest.mark.parametrize(
    "pin",
    [
        "000000",
        "121212",
        "123123",
        "112233",
        "111222",
        "123456",
        "987654",
        "135791",
        "900214",
        "380000",
        "000001",
    ],
)
def test_what_a_thief_tries_first_is_obvious(pin: str) -> None:
    assert is_obvious(pin, "+8613800000001")


@given(st.from_regex("[0-9]{6}", fullmatch=True), st.integers(0, 9))
def test_shifting_all_digits_of_a_pattern_leaves_a_pattern(pin: str, shift: int) -> None:
    ramp = "".join(str((int(pin[0]) + i * shift) % 10) for i in range(6))
    assert is_obvious(ramp, "+8613800000001")


def test_the_pin_is_in_no_column_of_the_database(bank: Bank, anna: Holder) -> None:
    with bank.connection() as connection:
        (row,) = connection.execute(
            "SELECT pin_hash FROM bank.person WHERE person_id = %s", (anna.person,)
        ).fetchall()
    assert row[0].startswith("$argon2id$") and PIN not in row[0]


def forgotten(bank: Bank, partners: Doubles, holder: Holder, resident_id: str | None) -> None:
    send_code(bank, holder.phone, Purpose.NEW_PIN)
    wanted = NewPin(OTHER, partners.sms.code_for(holder.phone), resident_id)
    reset_pin(bank, holder.session, bank.new_id(), wanted)


def verify(bank: Bank, partners: Doubles, holder: Holder) -> None:
    partners.identity.people[RESIDENT_ID] = NAME
    grant(bank, holder)
    verify_identity(bank, holder.session, NAME, RESIDENT_ID)


def test_who_is_verified_sets_a_forgotten_pin_with_code_and_resident_id(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    verify(bank, partners, anna)
    clock.advance(days=1)
    for _ in range(5):
        guess(bank, anna, "918273")
    for wrong in (None, "110105194912310011"):
        with pytest.raises(IdentityRefused):
            forgotten(bank, partners, anna, wrong)
        clock.advance(minutes=1)
    forgotten(bank, partners, anna, RESIDENT_ID.lower())
    assert guess(bank, anna, OTHER) is None


def test_who_is_not_verified_needs_a_device_of_yesterday(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    clock.advance(hours=23)
    with pytest.raises(DeviceTooNew):
        forgotten(bank, partners, anna, None)
    clock.advance(hours=1)
    forgotten(bank, partners, anna, None)
    assert guess(bank, anna, OTHER) is None


def test_a_pin_is_hashed_as_expensively_as_owasp_asks() -> None:
    assert (REAL.type, REAL.time_cost, REAL.memory_cost, REAL.parallelism) == (
        Type.ID,
        2,
        19_456,
        1,
    )
