"""Somebody has got another SIM card for a number: the messages come to him, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import PIN, Holder, balance, fill, grant, new_key, open_holder
from tests.bank.paying.orders import order, to
from tests.bank.people.asking import NAME, RESIDENT_ID, device_with, new_code
from zerobar.bank.asking import SessionUnknown
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError
from zerobar.bank.funding.cards import allow_auto_top_up, bind_card
from zerobar.bank.funding.exchanging import exchange, save_to_bank
from zerobar.bank.funding.model import Asked
from zerobar.bank.partners import CardHolder
from zerobar.bank.passkeys import people as passkeys
from zerobar.bank.paying.codes import enrol_code
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.devices import devices_of, revoke_device
from zerobar.bank.people.errors import (
    DeviceTooNew,
    IdentityRefused,
    PinAlreadySet,
    PinLocked,
    PinNeeded,
    WrongPin,
)
from zerobar.bank.people.model import Category, SigningKey
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.pin import MOST_TRIES, set_first_pin, verify_pin
from zerobar.bank.people.resetting import NewPin, reset_pin
from zerobar.bank.people.sessions import session_of
from zerobar.bank.people.signing_in import sign_in
from zerobar.bank.people.sms_codes import Purpose, send_code
from zerobar.bank.people.verifying import raise_category, verify_identity
from zerobar.bank.people.wallets import choose_main
from zerobar.purse.money import Fen

CARD, CARD_OF_THIEF = "6299900000000016", "6299900000000099"
NAME_OF_THIEF, ID_OF_THIEF = "贾某", "110101199003071233"
CHOSEN_BY_THIEF = "735914"
ON_CARD = 1_000_00


@dataclass(frozen=True)
class Named:
    """Somebody with a verified name, a bank card, and money in a wallet of category II."""

    holder: Holder
    card: UUID


@pytest.fixture
def victim(bank: Bank, partners: Doubles, clock: Clock, anna: Holder) -> Named:
    grant(bank, anna)
    partners.identity.people[RESIDENT_ID] = NAME
    verify_identity(bank, anna.session, NAME, RESIDENT_ID)
    partners.bank.give_card(CardHolder(CARD, NAME, RESIDENT_ID, anna.phone), ON_CARD)
    card = bind_card(bank, anna.session, bank.new_id(), CARD)
    raise_category(bank, anna.session, anna.wallet, Category.II)
    fill(bank, anna.wallet, Fen(1_000_00))
    clock.advance(days=3)
    return Named(anna, card.id)


def swap_sim(bank: Bank, partners: Doubles, victim: Holder) -> Holder:
    """Sign in as the victim on a device of one's own, with the code that came by message."""
    session_id, key = bank.new_id(), new_key(bank)
    code = new_code(bank, partners, victim.phone)
    opened = sign_in(bank, session_id, victim.phone, code, device_with(key, session_id))
    return replace(victim, key=key, token=opened.token)


def reset(bank: Bank, partners: Doubles, holder: Holder, resident_id: str | None) -> None:
    send_code(bank, holder.phone, Purpose.NEW_PIN)
    code = partners.sms.code_for(holder.phone)
    wanted = NewPin(CHOSEN_BY_THIEF, code, resident_id)
    reset_pin(bank, holder.session, bank.new_id(), wanted)
    verify_pin(bank, holder.session, holder.wallet, CHOSEN_BY_THIEF)


def what_a_thief_tries(bank: Bank, thief: Holder, card: UUID) -> dict[str, Callable[[], object]]:
    """Return all that would bring money out, or keep the holder out."""
    session, wallet, key = thief.session, thief.wallet, thief.key.id
    asked = Asked(bank.new_id(), card, Fen(1_00))
    accomplice = open_holder(bank, "+8613800000010")
    return {
        "pay": lambda: pay_now(bank, order(bank, thief, to(accomplice), 1)),
        "exchange": lambda: exchange(bank, thief.person, wallet, key, asked),
        "save": lambda: save_to_bank(bank, thief.person, wallet, key, asked),
        "auto top-up": lambda: allow_auto_top_up(bank, thief.person, wallet, key),
        "codes": lambda: enrol_code(bank, thief.person, wallet, key, bank.new_id()),
        "further wallet": lambda: open_further(bank, session, bank.new_id(), "Mine"),
        "main wallet": lambda: choose_main(bank, session, wallet),
        "verify": lambda: verify_identity(bank, session, NAME_OF_THIEF, ID_OF_THIEF),
        "bind a card": lambda: bind_card(bank, session, bank.new_id(), CARD_OF_THIEF),
        "raise": lambda: raise_category(bank, session, wallet, Category.I),
        "passkey options": lambda: passkeys.begin_registration(bank, session),
        "passkey": lambda: passkeys.register(bank, session, {}, "mine"),
        "remove a passkey": lambda: passkeys.remove(bank, session, "AAAA"),
        "end a device": lambda: revoke_device(bank, session, oldest_device(bank, thief).id),
    }


def refusal_of(attempt: Callable[[], object]) -> type[BankError] | None:
    try:
        attempt()
    except BankError as refusal:
        return type(refusal)
    return None


def oldest_device(bank: Bank, holder: Holder) -> SigningKey:
    return devices_of(bank, holder.person)[0]


def test_whoever_takes_over_a_number_is_asked_for_the_pin_everywhere(
    bank: Bank, partners: Doubles, victim: Named
) -> None:
    thief = swap_sim(bank, partners, victim.holder)
    assert session_of(bank, thief.token).person_id == victim.holder.person
    tried = what_a_thief_tries(bank, thief, victim.card)
    answers = {name: refusal_of(attempt) for name, attempt in tried.items()}
    assert answers == dict.fromkeys(tried, PinNeeded)
    with pytest.raises(PinAlreadySet):
        set_first_pin(bank, thief.session, CHOSEN_BY_THIEF)
    assert balance(bank, victim.holder.wallet) == 1_000_00
    assert partners.bank.cards["card-1"].balance == ON_CARD


def test_the_holder_goes_on_paying_and_ends_the_thief_s_device(
    bank: Bank, partners: Doubles, victim: Named, bea: Holder
) -> None:
    thief, holder = swap_sim(bank, partners, victim.holder), victim.holder
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(WrongPin):
            verify_pin(bank, thief.session, thief.wallet, CHOSEN_BY_THIEF)
    for pin in (CHOSEN_BY_THIEF, PIN):
        with pytest.raises(PinLocked):
            verify_pin(bank, thief.session, thief.wallet, pin)
    grant(bank, holder)
    pay_now(bank, order(bank, holder, to(bea), 1_00))
    revoke_device(bank, holder.session, thief.key.id)
    with pytest.raises(SessionUnknown):
        session_of(bank, thief.token)


def test_with_a_known_pin_a_new_phone_does_all_that_the_old_one_did(
    bank: Bank, partners: Doubles, victim: Named
) -> None:
    new_phone = swap_sim(bank, partners, victim.holder)
    grant(bank, new_phone)
    revoke_device(bank, new_phone.session, victim.holder.key.id)
    further = open_further(bank, new_phone.session, bank.new_id(), "Savings")
    grant(bank, replace(new_phone, wallet=further.id))
    asked = Asked(bank.new_id(), victim.card, Fen(1_00))
    exchange(bank, new_phone.person, further.id, new_phone.key.id, asked)
    assert balance(bank, further.id) == 1_00


@pytest.mark.parametrize("given", [None, ID_OF_THIEF])
def test_a_thief_does_not_set_a_new_pin_without_the_holder_s_resident_id_however_long_he_waits(
    bank: Bank, partners: Doubles, clock: Clock, victim: Named, given: str | None
) -> None:
    thief = swap_sim(bank, partners, victim.holder)
    clock.advance(days=2)
    with pytest.raises(IdentityRefused):
        reset(bank, partners, thief, given)


def test_an_identity_that_was_verified_after_a_device_came_says_nothing_for_that_device(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    clock.advance(days=3)
    new_phone = swap_sim(bank, partners, anna)
    partners.identity.people[ID_OF_THIEF] = NAME_OF_THIEF
    with pytest.raises(PinNeeded):
        verify_identity(bank, new_phone.session, NAME_OF_THIEF, ID_OF_THIEF)
    grant(bank, anna)
    verify_identity(bank, anna.session, NAME_OF_THIEF, ID_OF_THIEF)
    clock.advance(hours=23)
    with pytest.raises(DeviceTooNew):
        reset(bank, partners, new_phone, ID_OF_THIEF)
    clock.advance(hours=1)
    reset(bank, partners, new_phone, ID_OF_THIEF)


def test_the_holder_s_resident_id_gets_a_thief_no_further_than_a_day_s_wait(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    partners.identity.people[RESIDENT_ID] = NAME
    grant(bank, anna)
    verify_identity(bank, anna.session, NAME, RESIDENT_ID)
    clock.advance(days=3)
    thief = swap_sim(bank, partners, anna)
    clock.advance(hours=23)
    with pytest.raises(DeviceTooNew):
        reset(bank, partners, thief, RESIDENT_ID)
    clock.advance(hours=1)
    reset(bank, partners, thief, RESIDENT_ID)


def test_who_has_no_pin_yet_chooses_it_on_the_first_device_or_on_one_of_yesterday(
    bank: Bank, partners: Doubles, clock: Clock
) -> None:
    holder = open_holder(bank, "+8613800000009", pin=None)
    clock.advance(days=3)
    thief = swap_sim(bank, partners, holder)
    for attempt in (
        lambda: set_first_pin(bank, thief.session, CHOSEN_BY_THIEF),
        lambda: open_further(bank, thief.session, bank.new_id(), "Mine"),
        lambda: verify_identity(bank, thief.session, NAME_OF_THIEF, ID_OF_THIEF),
        lambda: passkeys.begin_registration(bank, thief.session),
    ):
        with pytest.raises(DeviceTooNew):
            attempt()
    set_first_pin(bank, holder.session, PIN)
    grant(bank, holder)


def test_a_wallet_that_was_closed_still_opens_the_way_to_another_with_its_holder_s_pin(
    bank: Bank, partners: Doubles, clock: Clock, anna: Holder
) -> None:
    grant(bank, anna)
    close_wallet(bank, anna.session, anna.wallet)
    clock.advance(days=3)
    thief = swap_sim(bank, partners, anna)
    with pytest.raises(PinNeeded):
        open_further(bank, thief.session, bank.new_id(), "Mine")
    grant(bank, anna)
    assert open_further(bank, anna.session, bank.new_id(), "Mine").is_open
