"""Binding, preferring and unbinding cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.funding.cards import CARDS, Funded
from tests.bank.holders import Holder, grant
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding import store
from zerobar.bank.funding.cards import (
    MAX_MISMATCHES,
    allow_auto_top_up,
    bind_card,
    prefer_cards,
    read_card_number,
    stop_auto_top_up,
    unbind_card,
)
from zerobar.bank.funding.errors import (
    BadCardNumber,
    CardBound,
    CardMismatch,
    CardUnknown,
    NameNotVerified,
    TooManyMismatches,
)
from zerobar.bank.people.errors import PinNeeded

SOMEONE_ELSES = "6299900000000099"


def bound(bank: Bank, holder: Holder) -> list[str]:
    with bank.connection() as connection:
        return [c.number_masked for c in store.cards_of_person(connection, holder.person)]


def test_a_card_of_ones_own_is_bound_and_shows_its_last_digits(
    bank: Bank, verified: Holder
) -> None:
    card = bind_card(bank, verified.session, bank.new_id(), "6299 9000-0000 0016")
    assert card.number_masked == "**** 0016"
    assert bound(bank, verified) == ["**** 0016"]


def test_neither_number_nor_token_is_readable_in_the_database(bank: Bank, verified: Holder) -> None:
    card = bind_card(bank, verified.session, bank.new_id(), CARDS[0])
    with bank.connection() as connection:
        row = connection.execute("SELECT c::text FROM bank.card c").fetchone()
    assert row is not None
    assert CARDS[0] not in row[0] + repr(card)
    assert "card-1" not in row[0] + repr(card)


def test_binding_again_with_the_same_id_gives_the_same_card(bank: Bank, verified: Holder) -> None:
    card_id = bank.new_id()
    first = bind_card(bank, verified.session, card_id, CARDS[0])
    assert bind_card(bank, verified.session, card_id, CARDS[0]) == first
    with pytest.raises(IdUsed):
        bind_card(bank, verified.session, card_id, CARDS[1])
    with pytest.raises(CardBound):
        bind_card(bank, verified.session, bank.new_id(), CARDS[0])


def test_a_card_waits_for_a_verified_name(bank: Bank, anna: Holder) -> None:
    grant(bank, anna)
    with pytest.raises(NameNotVerified):
        bind_card(bank, anna.session, bank.new_id(), CARDS[0])


def test_someone_elses_card_is_refused_and_tries_are_counted(
    bank: Bank, verified: Holder, clock: Clock
) -> None:
    for left in reversed(range(MAX_MISMATCHES)):
        with pytest.raises(CardMismatch) as told:
            bind_card(bank, verified.session, bank.new_id(), SOMEONE_ELSES)
        assert told.value.facts == {"tries_left": left}
    with pytest.raises(TooManyMismatches) as wait:
        bind_card(bank, verified.session, bank.new_id(), CARDS[0])
    assert wait.value.retry_after_s == 12 * 3600, "it is noon in China"
    clock.advance(seconds=wait.value.retry_after_s)
    grant(bank, verified)
    bind_card(bank, verified.session, bank.new_id(), CARDS[0])


def test_a_card_whose_bank_knows_another_phone_is_bound_with_that(
    bank: Bank, partners: Doubles, verified: Holder
) -> None:
    with pytest.raises(CardMismatch):
        bind_card(bank, verified.session, bank.new_id(), CARDS[0], "13800000009")
    bind_card(bank, verified.session, bank.new_id(), CARDS[0], verified.phone)


def test_cards_are_asked_in_the_order_of_preference(bank: Bank, funded: Funded) -> None:
    third = bind_card(bank, funded.holder.session, bank.new_id(), CARDS[2]).id
    assert bound(bank, funded.holder) == ["**** 0016", "**** 0024", "**** 0032"]
    prefer_cards(bank, funded.holder.person, [third])
    assert bound(bank, funded.holder) == ["**** 0032", "**** 0016", "**** 0024"]
    with pytest.raises(CardUnknown):
        prefer_cards(bank, funded.holder.person, [bank.new_id()])


def test_an_unbound_card_is_gone_and_can_be_bound_again(bank: Bank, funded: Funded) -> None:
    person, card_id = funded.holder.person, funded.cards[0]
    unbind_card(bank, person, card_id)
    unbind_card(bank, person, card_id)
    assert bound(bank, funded.holder) == ["**** 0024"]
    with pytest.raises(CardUnknown):
        funded.exchange(funded.ask(1))
    with pytest.raises(IdUsed):
        bind_card(bank, funded.holder.session, card_id, CARDS[0])
    bind_card(bank, funded.holder.session, bank.new_id(), CARDS[0])
    assert bound(bank, funded.holder) == ["**** 0024", "**** 0016"]


def test_auto_top_up_is_switched_on_with_the_pin_and_off_without(
    bank: Bank, funded: Funded, clock: Clock
) -> None:
    holder = funded.holder
    allow_auto_top_up(bank, holder.person, holder.wallet, holder.key.id)
    assert funded.wallet().auto_top_up
    clock.advance(minutes=6)
    stop_auto_top_up(bank, holder.person, holder.wallet)
    assert not funded.wallet().auto_top_up
    with pytest.raises(PinNeeded):
        allow_auto_top_up(bank, holder.person, holder.wallet, holder.key.id)


@given(st.text("0123456789", min_size=11, max_size=18), st.integers(1, 9))
def test_a_mistyped_digit_is_noticed(body: str, change: int) -> None:
    number = body + luhn.calc_check_digit(body)
    assert read_card_number(number) == number
    wrong = number[:3] + str((int(number[3]) + change) % 10) + number[4:]
    with pytest.raises(BadCardNumber):
        read_card_number(wrong)


@pytest.mark.parametrize("text", ["", "0", "1" * 11, "0" * 20, "\uff16" * 16, "62999x"])
def test_what_is_no_card_number_is_refused(text: str) -> None:
    with pytest.raises(BadCardNumber):
        read_card_number(text)
