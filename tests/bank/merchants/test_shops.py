from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, new_key
from tests.bank.merchants.trading import (
    STAFF,
    Trader,
    begin,
    enrol,
    new_order,
    pay_shop,
    seller,
)
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.merchants import onboarding, shops
from zerobar.bank.merchants.errors import (
    EnrolmentCodeWrong,
    MerchantSuspended,
    NotASeller,
    ServerOnly,
    ShopClosed,
    ShopUnknown,
    TerminalEnrolled,
    TerminalUnknown,
)
from zerobar.bank.paying.errors import NotTrading
from zerobar.client.merchants import terminal_bytes


def added(bank: Bank, tea: Trader) -> shops.AddedTerminal:
    return shops.add_terminal(bank, tea.server, bank.new_id(), tea.shop.id, "till 2")


def test_a_shop_is_opened_once_and_keeps_its_code(bank: Bank, tea: Trader) -> None:
    again = shops.open_shop(bank, tea.server, tea.shop.id, "王府井店", "Wangfujing")
    assert again == tea.shop
    with pytest.raises(IdUsed):
        shops.open_shop(bank, tea.server, tea.shop.id, "另一店", "Other")


def test_a_closed_shop_sells_nothing(bank: Bank, tea: Trader, payer: Holder) -> None:
    assert pay_shop(bank, payer, tea.shop, 5_00).shop_id == tea.shop.id
    assert shops.close_shop(bank, tea.server, tea.shop.id).closed_at is not None
    with pytest.raises(NotTrading):
        pay_shop(bank, payer, tea.shop, 5_00)
    with pytest.raises(ShopClosed):
        new_order(bank, tea, 1_00)
    with pytest.raises(ShopClosed):
        added(bank, tea)


def test_a_till_may_not_do_what_is_the_servers(bank: Bank, tea: Trader) -> None:
    with pytest.raises(ServerOnly):
        shops.open_shop(bank, tea.till, bank.new_id(), "x", "x")
    with pytest.raises(ServerOnly):
        shops.add_terminal(bank, tea.till, bank.new_id(), tea.shop.id, "x")


def test_another_merchants_shops_and_tills_are_unknown(bank: Bank, tea: Trader) -> None:
    other = begin(bank, 2)
    with pytest.raises(ShopUnknown):
        shops.close_shop(bank, other.server, tea.shop.id)
    assert tea.till.terminal is not None
    with pytest.raises(TerminalUnknown):
        shops.revoke_terminal(bank, other.server, tea.till.terminal.id)


def test_a_till_added_again_has_the_same_code(bank: Bank, tea: Trader) -> None:
    first = added(bank, tea)
    terminal = first.terminal
    again = shops.add_terminal(bank, tea.server, terminal.id, tea.shop.id, "till 2")
    assert again == first
    assert first.code not in repr(first)
    with pytest.raises(IdUsed):
        shops.add_terminal(bank, tea.server, terminal.id, tea.shop.id, "till 3")


def test_a_lost_answer_to_an_enrolment_is_asked_for_again(bank: Bank, tea: Trader) -> None:
    waiting, key = added(bank, tea), new_key(bank)
    assert enrol(bank, waiting, key) == enrol(bank, waiting, key)
    with pytest.raises(TerminalEnrolled):
        enrol(bank, waiting, new_key(bank))


def test_a_till_is_not_enrolled_without_its_code(bank: Bank, tea: Trader, clock: Clock) -> None:
    waiting, key = added(bank, tea), new_key(bank)
    terminal_id = waiting.terminal.id
    strange = new_key(bank).sign(terminal_bytes(terminal_id, waiting.code))
    with pytest.raises(EnrolmentCodeWrong):
        shops.enrol_terminal(bank, terminal_id, waiting.code, key.public_key, strange)
    clock.advance(hours=24)
    with pytest.raises(EnrolmentCodeWrong):
        enrol(bank, waiting, key)
    renewed = shops.renew_enrolment_code(bank, tea.server, terminal_id)
    assert renewed.code != waiting.code
    enrol(bank, renewed, key)
    with pytest.raises(TerminalEnrolled):
        shops.renew_enrolment_code(bank, tea.server, terminal_id)


def test_a_till_that_is_ended_while_it_enrols_gets_no_key(
    bank: Bank, tea: Trader, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, key = added(bank, tea), new_key(bank)

    def ended_meanwhile(*_: object) -> bool:
        return bool(shops.revoke_terminal(bank, tea.server, waiting.terminal.id))

    monkeypatch.setattr(shops, "_proves", ended_meanwhile)
    with pytest.raises(EnrolmentCodeWrong):
        enrol(bank, waiting, key)


def test_who_has_stolen_the_server_s_key_adds_no_till_while_the_merchant_is_suspended(
    bank: Bank, tea: Trader
) -> None:
    waiting = added(bank, tea)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    thief = replace(tea, server=seller(bank, tea.server_key))
    with pytest.raises(MerchantSuspended):
        added(bank, thief)
    with pytest.raises(MerchantSuspended):
        shops.renew_enrolment_code(bank, thief.server, waiting.terminal.id)


def test_a_code_is_dead_after_five_wrong_tries(bank: Bank, tea: Trader) -> None:
    waiting, key = added(bank, tea), new_key(bank)
    terminal_id = waiting.terminal.id
    proof = key.sign(terminal_bytes(terminal_id, "0" * 10))
    for _ in range(shops.MOST_TRIES):
        with pytest.raises(EnrolmentCodeWrong):
            shops.enrol_terminal(bank, terminal_id, "0" * 10, key.public_key, proof)
    with pytest.raises(EnrolmentCodeWrong):
        enrol(bank, waiting, key)


def test_a_revoked_till_sells_no_more(bank: Bank, tea: Trader) -> None:
    assert tea.till.terminal is not None
    revoked = shops.revoke_terminal(bank, tea.server, tea.till.terminal.id)
    assert revoked.revoked_at == bank.clock()
    with pytest.raises(NotASeller):
        seller(bank, tea.till_key)
