from __future__ import annotations

from contextlib import nullcontext
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, grant, open_holder
from tests.bank.people.asking import NAME, RESIDENT_ID
from tests.bank.people.identities import resident_id_of
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.funding import store as funding
from zerobar.bank.funding.model import Card
from zerobar.bank.partners import PartnerUnavailable
from zerobar.bank.people import store
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.errors import (
    AlreadyVerified,
    BadResidentId,
    IdentityRefused,
    NotEligible,
    TooManyWallets,
)
from zerobar.bank.people.model import Category
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.verifying import (
    grant_category_one,
    raise_category,
    read_resident_id,
    verify_identity,
)

TODAY = date(2026, 11, 25)


@pytest.fixture
def anna(bank: Bank, anna: Holder) -> Holder:
    """Anna, who has just given her PIN."""
    grant(bank, anna)
    return anna


def category(bank: Bank, holder: Holder) -> Category:
    with bank.connection() as connection:
        wallet = store.wallet(connection, holder.wallet)
    assert wallet is not None
    return wallet.category


def verify(bank: Bank, partners: Doubles, holder: Holder) -> None:
    partners.identity.people[RESIDENT_ID] = NAME
    grant(bank, holder)
    verify_identity(bank, holder.session, NAME, RESIDENT_ID)


def test_the_standard_s_own_example_is_read_in_either_case() -> None:
    assert read_resident_id(RESIDENT_ID.lower(), TODAY) == RESIDENT_ID


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_mistyped_digit_is_noticed(place: int, shift: int) -> None:
    digit = str((int(RESIDENT_ID[place]) + shift) % 10)
    with pytest.raises(BadResidentId):
        read_resident_id(RESIDENT_ID[:place] + digit + RESIDENT_ID[place + 1 :], TODAY)


@given(st.text(max_size=20))
def test_no_text_can_be_read_wrongly(text: str) -> None:
    with pytest.raises(BadResidentId):
        read_resident_id(text, TODAY)


@pytest.mark.parametrize("today", [date(1965, 12, 30), date(2081, 1, 1)])
def test_a_child_and_somebody_of_131_years_are_no_holders(today: date) -> None:
    with pytest.raises(BadResidentId):
        read_resident_id(RESIDENT_ID, today)


def test_one_may_be_verified_from_the_sixteenth_birthday_on() -> None:
    assert read_resident_id(RESIDENT_ID, date(1965, 12, 31)) == RESIDENT_ID


def test_verifying_raises_the_wallets_to_category_three(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    further = open_further(bank, anna.session, bank.new_id(), "Further")
    verify(bank, partners, anna)
    verify(bank, partners, anna)
    assert category(bank, anna) is Category.III
    with bank.connection() as connection:
        raised = store.wallet(connection, further.id)
    assert raised is not None and raised.category is Category.III
    assert partners.identity.asked == 1


def test_what_identifies_a_person_is_sealed(bank: Bank, partners: Doubles, anna: Holder) -> None:
    verify(bank, partners, anna)
    with bank.connection() as connection:
        row = connection.execute("SELECT p::text FROM bank.person p").fetchone()
    assert row is not None
    for secret in (NAME, RESIDENT_ID):
        assert secret not in row[0] and secret.encode().hex() not in row[0]


def test_another_identity_is_refused_afterwards(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    verify(bank, partners, anna)
    with pytest.raises(AlreadyVerified):
        verify_identity(bank, anna.session, "王小红", RESIDENT_ID)


@pytest.mark.parametrize("other", [RESIDENT_ID, resident_id_of(1)])
def test_of_two_requests_at_once_the_first_verifies_and_the_same_again_does_nothing(
    bank: Bank, partners: Doubles, anna: Holder, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """The first is done while the registry is asked about the second."""
    matches = partners.identity.matches
    partners.identity.people[other] = NAME

    def matches_later(name: str, resident_id: str) -> bool:
        monkeypatch.setattr(partners.identity, "matches", matches)
        verify(bank, partners, anna)
        return matches(name, resident_id)

    monkeypatch.setattr(partners.identity, "matches", matches_later)
    refused = pytest.raises(AlreadyVerified) if other != RESIDENT_ID else nullcontext()
    with refused:
        verify_identity(bank, anna.session, NAME, other)
    assert category(bank, anna) is Category.III


def test_a_name_that_does_not_belong_is_refused_five_times_a_day(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    partners.identity.people[RESIDENT_ID] = NAME
    for _ in range(5):
        with pytest.raises(IdentityRefused):
            verify_identity(bank, anna.session, "王小红", RESIDENT_ID)
    with pytest.raises(TooMany):
        verify_identity(bank, anna.session, NAME, RESIDENT_ID)
    assert category(bank, anna) is Category.IV


def test_a_registry_that_is_away_changes_nothing(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    partners.identity.away = True
    with pytest.raises(PartnerUnavailable):
        verify(bank, partners, anna)
    partners.identity.away = False
    verify(bank, partners, anna)
    assert category(bank, anna) is Category.III


def test_one_identity_has_four_wallets_whatever_its_phones_and_closing_one_makes_room(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    verify(bank, partners, anna)
    for _ in range(3):
        open_further(bank, anna.session, bank.new_id(), "Further")
    second_phone = open_holder(bank, "+8613800000009")
    with pytest.raises(TooManyWallets):
        verify(bank, partners, second_phone)
    assert category(bank, second_phone) is Category.IV
    close_wallet(bank, anna.session, anna.wallet)
    verify(bank, partners, second_phone)
    assert category(bank, second_phone) is Category.III


def test_category_two_needs_a_name_and_a_card(bank: Bank, partners: Doubles, anna: Holder) -> None:
    def missing() -> object:
        with pytest.raises(NotEligible) as refused:
            raise_category(bank, anna.session, anna.wallet, Category.II)
        return refused.value.facts["missing"]

    assert missing() == "identity"
    verify(bank, partners, anna)
    assert missing() == "bank-card"
    bind(bank, anna)
    assert raise_category(bank, anna.session, anna.wallet, Category.II).category is Category.II
    assert raise_category(bank, anna.session, anna.wallet, Category.III).category is Category.II


def bind(bank: Bank, holder: Holder) -> None:
    """Bind a card, past the bank that would have to know it."""
    now = bank.clock()
    card = Card(holder.person, bank.new_id(), b"index", "**** 0016", b"token", 1, now)
    with bank.transaction() as connection:
        assert funding.insert_card(connection, card)


def test_category_one_is_granted_by_staff_alone(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    with pytest.raises(NotEligible):
        grant_category_one(bank, anna.wallet)
    verify(bank, partners, anna)
    with pytest.raises(NotEligible):
        raise_category(bank, anna.session, anna.wallet, Category.I)
    assert grant_category_one(bank, anna.wallet).category is Category.I
