from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.holders import Holder
from tests.bank.merchants.trading import (
    ACCOUNT,
    STAFF,
    Trader,
    application,
    begin,
    new_order,
    pay,
    seller,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.merchants import onboarding, shops
from zerobar.bank.merchants.errors import (
    CreditCodeUsed,
    CreditCodeWrong,
    MerchantSuspended,
    MerchantUnknown,
    NotASeller,
)
from zerobar.bank.merchants.server_keys import server_keys_of
from zerobar.bank.paying.errors import NotTrading
from zerobar.bank.people import store as people
from zerobar.ledger import Transfer
from zerobar.purse.money import Fen


def test_a_merchant_is_opened_once_however_often_it_is_asked_for(bank: Bank) -> None:
    merchant_id, asked = bank.new_id(), application()
    first = onboarding.open_merchant(bank, STAFF, merchant_id, asked)
    assert onboarding.open_merchant(bank, STAFF, merchant_id, asked) == first
    with pytest.raises(IdUsed):
        onboarding.open_merchant(bank, STAFF, merchant_id, replace(asked, name="other"))
    with bank.connection() as connection:
        wallet = people.wallet(connection, first.wallet_id)
    assert wallet is not None
    assert wallet.merchant_id == merchant_id


def test_a_merchants_wallet_takes_money(bank: Bank, tea: Trader, payer: Holder) -> None:
    (posted,) = bank.ledger.post(Transfer(bank.new_id(), payer.wallet, tea.wallet, Fen(1)))
    assert posted.ok


@pytest.mark.parametrize("code", ["91110000600037341M", "91110000600037341l", "91110000600037341"])
def test_a_credit_code_with_a_mistake_is_refused(bank: Bank, code: str) -> None:
    asked = replace(application(), credit_code=code)
    with pytest.raises(CreditCodeWrong):
        onboarding.open_merchant(bank, STAFF, bank.new_id(), asked)


def test_a_credit_code_belongs_to_one_merchant(bank: Bank, tea: Trader) -> None:
    asked = replace(application(), credit_code=tea.merchant.credit_code)
    with pytest.raises(CreditCodeUsed):
        onboarding.open_merchant(bank, STAFF, bank.new_id(), asked)


def test_a_merchant_begins_with_nothing_that_could_act_in_its_name(bank: Bank) -> None:
    opened = onboarding.open_merchant(bank, STAFF, bank.new_id(), application())
    assert server_keys_of(bank, opened.id) == []
    assert shops.terminals_of(bank, opened.id, None, 1) == []


def test_the_settlement_account_is_readable_nowhere_but_sealed(bank: Bank, tea: Trader) -> None:
    with bank.connection() as connection:
        rows = connection.execute("SELECT m::text FROM bank.merchant m").fetchall()
    assert ACCOUNT not in str(rows)
    assert ACCOUNT not in repr(tea.merchant)
    assert tea.merchant.account_masked == "***************3445"


def test_a_suspended_merchant_takes_no_orders_and_no_money(
    bank: Bank, tea: Trader, payer: Holder
) -> None:
    order = new_order(bank, tea, 1_00)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    with pytest.raises(NotTrading):
        pay(bank, payer, order)
    suspended = replace(tea, till=seller(bank, tea.till_key))
    with pytest.raises(MerchantSuspended):
        new_order(bank, suspended, 1_00)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=False)
    assert pay(bank, payer, order).amount == 1_00


def test_nobody_else_is_a_seller(bank: Bank, anna: Holder) -> None:
    with pytest.raises(NotASeller):
        seller(bank, anna.key)
    with pytest.raises(MerchantUnknown):
        onboarding.suspend_merchant(bank, STAFF, bank.new_id(), suspended=True)


def test_merchants_are_listed_by_id(bank: Bank) -> None:
    ids = sorted(begin(bank, number).merchant.id for number in (1, 2, 3))
    assert [m.id for m in onboarding.list_merchants(bank, None, 2)] == ids[:2]
    assert [m.id for m in onboarding.list_merchants(bank, ids[1], 2)] == ids[2:]
