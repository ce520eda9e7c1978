"""Exchange and save to bank, with all that a bank may answer or not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.holders import fill, move
from zerobar.bank.chart import AccountCode, TransferCode, authority_account, operator_account
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding.errors import (
    BalanceLimit,
    CardUnknown,
    SavingNotAllowed,
    VaultShort,
)
from zerobar.bank.funding.model import OrderStatus
from zerobar.bank.funding.resolving import resolve_orders
from zerobar.bank.people.errors import PinNeeded, WalletFrozen, WalletUnknown
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.purse.money import Fen


def test_an_exchange_moves_money_from_the_card_into_the_wallet(funded: Funded) -> None:
    order = funded.exchange(funded.ask(200_00))
    assert (order.status, order.reason) == (OrderStatus.DONE, "")
    assert (funded.in_wallet, funded.on_card()) == (200_00, 800_00)
    funded.check_books()


def test_a_saving_moves_money_from_the_wallet_to_the_card(funded: Funded) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(500_00))
    assert funded.save(funded.ask(120_00, card=1)).status is OrderStatus.DONE
    assert (funded.in_wallet, funded.on_card(1), funded.held()) == (380_00, 1_120_00, 0)
    funded.check_books()


def test_the_same_exchange_asked_twice_is_carried_out_once(funded: Funded) -> None:
    asked = funded.ask(200_00)
    assert funded.exchange(asked) == replace(funded.exchange(asked))
    assert (funded.in_wallet, funded.on_card()) == (200_00, 800_00)


def test_many_who_ask_for_the_same_exchange_at_once_move_the_money_once(funded: Funded) -> None:
    asked = funded.ask(200_00)
    with ThreadPoolExecutor(6) as pool:
        orders = list(pool.map(funded.exchange, [asked] * 6))
    assert OrderStatus.DONE in {order.status for order in orders}
    assert (funded.in_wallet, funded.on_card()) == (200_00, 800_00)
    funded.check_books()


def test_an_id_that_was_used_for_something_else_is_refused(funded: Funded) -> None:
    asked = funded.ask(200_00)
    funded.exchange(asked)
    with pytest.raises(IdUsed):
        funded.exchange(replace(asked, amount=Fen(201_00)))
    with pytest.raises(IdUsed):
        funded.save(asked)


def test_a_card_that_has_too_little_says_so_and_nothing_moves(funded: Funded) -> None:
    order = funded.exchange(funded.ask(1_000_01))
    assert (order.status, order.reason) == (OrderStatus.REFUSED, "insufficient-funds")
    assert (funded.in_wallet, funded.held()) == (0, 0)
    funded.check_books()


def test_a_wallet_that_has_too_little_saves_nothing(funded: Funded) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(100_00))
    order = funded.save(funded.ask(100_01))
    assert (order.status, order.reason) == (OrderStatus.REFUSED, "insufficient-balance")
    assert funded.partners.bank.orders == []


def test_a_lost_answer_leaves_the_exchange_pending_until_the_bank_is_asked(
    funded: Funded, clock: Clock
) -> None:
    funded.partners.bank.lose_answers = 1
    order = funded.exchange(funded.ask(200_00))
    assert (order.status, funded.in_wallet, funded.held()) == (OrderStatus.PENDING, 0, 200_00)
    assert resolve_orders(funded.bank) == 0, "not due yet"
    clock.advance(seconds=5)
    assert resolve_orders(funded.bank) == 1
    assert (funded.in_wallet, funded.on_card(), funded.held()) == (200_00, 800_00, 0)
    funded.check_books()


def test_an_order_that_never_arrived_never_happens(funded: Funded, clock: Clock) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(500_00))
    funded.partners.bank.lose_orders = 1
    order = funded.save(funded.ask(200_00))
    clock.advance(seconds=5)
    resolve_orders(funded.bank)
    ended = funded.order(order.id)
    assert (ended.status, ended.reason) == (OrderStatus.REFUSED, "never-arrived")
    assert (funded.in_wallet, funded.on_card(), funded.held()) == (500_00, 1_000_00, 0)
    funded.check_books()


def test_an_order_that_stays_unknown_is_asked_after_less_and_less_often(
    funded: Funded, clock: Clock
) -> None:
    funded.partners.bank.lose_answers, funded.partners.bank.pending = 1, 5
    order = funded.exchange(funded.ask(200_00))
    waits = []
    for _ in range(6):
        order = funded.order(order.id)
        waits.append((order.next_try_at - clock()).total_seconds())
        clock.time = order.next_try_at
        resolve_orders(funded.bank)
    assert waits == [2, 4, 8, 16, 32, 64]
    assert funded.order(order.id).status is OrderStatus.DONE


def test_asking_again_for_a_pending_exchange_goes_on_with_it(funded: Funded, clock: Clock) -> None:
    funded.partners.bank.lose_answers = 1
    asked = funded.ask(200_00)
    assert funded.exchange(asked).status is OrderStatus.PENDING
    assert funded.exchange(asked).status is OrderStatus.PENDING
    clock.advance(seconds=3)
    assert funded.exchange(asked).status is OrderStatus.DONE


def test_a_wallet_takes_no_more_than_its_category_may_hold(funded: Funded) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(499_900_00))
    with pytest.raises(BalanceLimit) as told:
        funded.exchange(funded.ask(100_01))
    assert told.value.facts == {"limit_fen": 500_000_00, "left_fen": 100_00}
    assert funded.exchange(funded.ask(100_00)).status is OrderStatus.DONE


def test_a_card_gets_back_what_no_longer_fits_into_the_wallet(funded: Funded, clock: Clock) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(499_900_00))
    funded.partners.bank.lose_answers = 1
    order = funded.exchange(funded.ask(100_00))
    fill(funded.bank, funded.holder.wallet, Fen(1))
    clock.advance(seconds=5)
    resolve_orders(funded.bank)
    ended = funded.order(order.id)
    assert (ended.status, ended.reason, ended.moved) == (
        OrderStatus.REFUSED,
        "balance-limit",
        True,
    )
    assert funded.on_card() == 900_00
    assert resolve_orders(funded.bank) == 1
    assert (funded.on_card(), funded.in_wallet, funded.held()) == (1_000_00, 499_900_01, 0)
    funded.check_books()


def test_an_operator_without_digital_cash_asks_no_card(funded: Funded) -> None:
    bank = funded.bank
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    issued = authority_account(AccountCode.ISSUED)
    move(bank, vault, issued, Fen(funded.in_books(AccountCode.VAULT) - 50), TransferCode.REDEEM)
    with pytest.raises(VaultShort):
        funded.exchange(funded.ask(51))
    assert funded.partners.bank.orders == []


def test_a_wallet_of_a_low_category_does_not_save(funded: Funded) -> None:
    with funded.bank.connection() as connection:
        connection.execute("UPDATE bank.wallet SET category = 3")
    with pytest.raises(SavingNotAllowed):
        funded.save(funded.ask(1))


def test_saving_and_exchanging_need_the_pin(funded: Funded, clock: Clock) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(100))
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        funded.save(funded.ask(1))
    with pytest.raises(PinNeeded):
        funded.exchange(funded.ask(1))


def test_a_repeated_saving_is_answered_though_the_grant_is_over(
    funded: Funded, clock: Clock
) -> None:
    fill(funded.bank, funded.holder.wallet, Fen(100))
    asked = funded.ask(1)
    first = funded.save(asked)
    clock.advance(minutes=6)
    assert funded.save(asked) == first


def test_a_frozen_wallet_a_strangers_wallet_and_an_unknown_card_are_refused(
    funded: Funded,
) -> None:
    with pytest.raises(CardUnknown):
        funded.exchange(replace(funded.ask(1), card_id=uuid4()))
    stranger = replace(funded, holder=replace(funded.holder, person=uuid4()))
    with pytest.raises(WalletUnknown):
        stranger.exchange(funded.ask(1))
    freeze_wallet(funded.bank, funded.holder.wallet, Freezer.HOLDER)
    with pytest.raises(WalletFrozen):
        funded.exchange(funded.ask(1))


def test_two_workers_never_take_the_same_order(funded: Funded, clock: Clock) -> None:
    funded.partners.bank.lose_answers = 4
    for _ in range(4):
        funded.exchange(funded.ask(10_00))
    clock.advance(seconds=5)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(resolve_orders, [funded.bank] * 4))
    assert sum(ended) == 4
    assert (funded.in_wallet, funded.held()) == (40_00, 0)
    funded.check_books()
