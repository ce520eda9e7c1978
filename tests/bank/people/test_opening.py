from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, balance, fill, grant, new_key
from tests.bank.people.asking import PHONE, device_with, new_code, open_first
from zerobar.bank.asking import SessionUnknown
from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people import store
from zerobar.bank.people.errors import BadDeviceKey, PhoneKnown, TooManyWallets, WrongCode
from zerobar.bank.people.model import Category
from zerobar.bank.people.numbers import is_number
from zerobar.bank.people.opening import open_by_code, open_further
from zerobar.bank.people.sessions import session_of
from zerobar.bank.people.wallets import MOST_WALLETS
from zerobar.purse.money import Fen


@pytest.fixture
def anna(bank: Bank, anna: Holder) -> Holder:
    """Anna, who has just given her PIN."""
    grant(bank, anna)
    return anna


def test_a_code_opens_a_wallet_of_category_four_that_can_hold_money(
    bank: Bank, partners: Doubles
) -> None:
    opened = open_first(bank, partners)
    fill(bank, opened.wallet.id, Fen(1_00))
    assert balance(bank, opened.wallet.id) == 1_00
    assert opened.wallet.category is Category.IV and is_number(opened.wallet.number)
    with bank.connection() as connection:
        person = store.person_by_phone(connection, PHONE)
    assert person is not None and person.main_wallet_id == opened.wallet.id
    assert session_of(bank, opened.session.token).person_id == person.id


def test_opening_again_with_the_same_id_answers_with_the_same_wallet_and_a_new_token(
    bank: Bank, partners: Doubles
) -> None:
    wallet_id, code = bank.new_id(), new_code(bank, partners)
    device = device_with(new_key(bank), wallet_id)
    first, again = (open_by_code(bank, wallet_id, PHONE, code, device, "Wallet") for _ in range(2))
    assert again.wallet == first.wallet
    assert session_of(bank, again.session.token).key_id == device.key_id
    with pytest.raises(SessionUnknown):
        session_of(bank, first.session.token)


def test_opening_at_once_with_the_same_id_makes_one_wallet(bank: Bank, partners: Doubles) -> None:
    wallet_id, code = bank.new_id(), new_code(bank, partners)
    device = device_with(new_key(bank), wallet_id)

    def attempt(_: int) -> str:
        return open_by_code(bank, wallet_id, PHONE, code, device, "Wallet").wallet.number

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(attempt, range(8)))) == 1


def test_a_wrong_code_opens_nothing(bank: Bank, partners: Doubles) -> None:
    wallet_id, code = bank.new_id(), new_code(bank, partners)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with pytest.raises(WrongCode):
        open_by_code(bank, wallet_id, PHONE, wrong, device_with(new_key(bank), wallet_id), "W")
    with bank.connection() as connection:
        assert store.person_by_phone(connection, PHONE) is None


def test_a_phone_number_opens_its_first_wallet_once(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    with pytest.raises(PhoneKnown):
        open_first(bank, partners, anna.phone)


def test_an_id_that_is_somebody_elses_wallet_is_refused(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    with pytest.raises(IdUsed):
        open_first(bank, partners, wallet_id=anna.wallet)


def test_an_id_that_is_an_account_of_the_operator_is_refused(bank: Bank, partners: Doubles) -> None:
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    with pytest.raises(IdUsed):
        open_first(bank, partners, wallet_id=vault)


def test_a_device_that_does_not_have_the_private_key_is_refused(
    bank: Bank, partners: Doubles, anna: Holder
) -> None:
    wallet_id, code = bank.new_id(), new_code(bank, partners)
    for_another = device_with(new_key(bank), bank.new_id())
    with pytest.raises(BadDeviceKey):
        open_by_code(bank, wallet_id, PHONE, code, for_another, "Wallet")


def test_a_person_may_have_four_wallets_and_no_more_even_at_once(bank: Bank, anna: Holder) -> None:
    def attempt(_: int) -> bool:
        try:
            open_further(bank, anna.session, bank.new_id(), "Further")
        except TooManyWallets:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(8))) == MOST_WALLETS - 1


def test_a_further_wallet_is_opened_once_for_an_id(bank: Bank, anna: Holder, bea: Holder) -> None:
    wallet_id = bank.new_id()
    first = open_further(bank, anna.session, wallet_id, "Savings")
    assert open_further(bank, anna.session, wallet_id, "Savings") == first
    with pytest.raises(IdUsed):
        open_further(bank, bea.session, wallet_id, "Savings")
