from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, move, new_key
from tests.bank.merchants.trading import STAFF, Trader, begin, enrol, new_order, pay, seller
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.merchants import onboarding, order_store, refunding, shops
from zerobar.bank.merchants.errors import (
    MerchantSuspended,
    NumberUsed,
    OrderNotPaid,
    OrderUnknown,
    OtherShop,
    RefundUnknown,
)
from zerobar.bank.merchants.model import Merchant, Order, Refund
from zerobar.bank.merchants.orders import require_order
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.bank.paying.errors import InsufficientBalance, RefundTooMuch
from zerobar.bank.paying.model import Condition
from zerobar.bank.people.errors import WalletFrozen
from zerobar.bank.people.wallets import Freezer, freeze_wallet, unfreeze_wallet
from zerobar.bank.signatures import KeyUnknown
from zerobar.purse.money import Fen


@pytest.fixture
def order(bank: Bank, tea: Trader, payer: Holder) -> Order:
    made = new_order(bank, tea, 10_00)
    pay(bank, payer, made)
    return made


def part(order: Order, amount: int, number: str = "R-1") -> NewRefund:
    return NewRefund(order.id, number, Fen(amount), "cold tea")


def keep(bank: Bank, trader: Trader, order: Order, amount: int, number: str = "R-1") -> Refund:
    """Store what is asked for, and be cut off before money moves."""
    with bank.transaction() as connection:
        paid = require_order(connection, trader.till, order.id)
        ids = bank.new_id(), trader.till.key_id
        return refunding._keep(bank, connection, paid, ids, part(order, amount, number))


def suspend(bank: Bank, trader: Trader, *, suspended: bool) -> Trader:
    """Stop a merchant or let it go on, and return it as its next request finds it."""
    onboarding.suspend_merchant(bank, STAFF, trader.merchant.id, suspended=suspended)
    server, till = seller(bank, trader.server_key), seller(bank, trader.till_key)
    return replace(trader, merchant=server.merchant, server=server, till=till)


def test_a_refund_is_made_once_however_often_it_is_asked_for(
    bank: Bank, tea: Trader, payer: Holder, order: Order
) -> None:
    refund_id = bank.new_id()
    first = refunding.refund_order(bank, tea.till, refund_id, part(order, 3_00))
    assert first.done_at == bank.clock()
    assert refunding.refund_order(bank, tea.till, refund_id, part(order, 3_00)) == first
    assert balance(bank, tea.wallet) == 7_00
    assert balance(bank, payer.wallet) == 1_000_00 - 7_00
    assert refunding.read_refund_by_number(bank, tea.server, "R-1") == first
    with pytest.raises(IdUsed):
        refunding.refund_order(bank, tea.till, refund_id, part(order, 4_00))
    with pytest.raises(NumberUsed):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 3_00))


def test_parts_never_exceed_what_was_paid(
    bank: Bank, tea: Trader, payer: Holder, order: Order
) -> None:
    def give(number: int) -> bool:
        try:
            refund_id = bank.new_id()
            refunding.refund_order(bank, tea.till, refund_id, part(order, 3_00, f"R-{number}"))
        except RefundTooMuch:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(give, range(6))) == 3
    assert balance(bank, tea.wallet) == 1_00
    made = refunding.refunds_of_order(bank, tea.server, order.id)
    assert sorted(refund.refused for refund in made) == ["", "", "", *3 * [RefundTooMuch.problem]]


def test_only_a_paid_order_is_refunded_and_only_by_its_merchant(
    bank: Bank, tea: Trader, order: Order
) -> None:
    unpaid = new_order(bank, tea, 1_00)
    with pytest.raises(OrderNotPaid):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(unpaid, 1_00))
    other = begin(bank, 2)
    with pytest.raises(OrderUnknown):
        refunding.refund_order(bank, other.server, bank.new_id(), part(order, 1_00))
    made = refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 1_00))
    with pytest.raises(RefundUnknown):
        refunding.read_refund(bank, other.server, made.id)


def test_a_merchant_without_money_is_told_and_can_ask_anew(
    bank: Bank, tea: Trader, order: Order
) -> None:
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    move(bank, tea.wallet, vault, Fen(10_00), TransferCode.MERCHANT_SETTLEMENT)
    refund_id = bank.new_id()
    for _ in range(2):
        with pytest.raises(InsufficientBalance):
            refunding.refund_order(bank, tea.till, refund_id, part(order, 1_00))
    assert refunding.read_refund(bank, tea.till, refund_id).refused
    move(bank, vault, tea.wallet, Fen(10_00), TransferCode.EXCHANGE)
    again = refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 1_00, "R-2"))
    assert again.done_at


def test_a_refund_that_was_cut_off_is_finished_by_the_worker(
    bank: Bank, tea: Trader, payer: Holder, order: Order, clock: Clock
) -> None:
    kept = keep(bank, tea, order, 3_00)
    assert kept.done_at is None
    assert refunding.finish_refunds(bank) == 0
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 1
    assert refunding.finish_refunds(bank) == 0
    assert refunding.read_refund(bank, tea.till, kept.id).done_at == bank.clock()
    assert balance(bank, tea.wallet) == 7_00


def test_a_refund_that_cannot_be_made_is_not_asked_for_for_ever(
    bank: Bank, tea: Trader, order: Order, clock: Clock
) -> None:
    keep(bank, tea, order, 11_00)
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 1
    with bank.connection() as connection:
        assert not order_store.undecided_refunds(connection, bank.operator_id, bank.clock(), 10)


def test_a_refused_number_stays_used(bank: Bank, tea: Trader, order: Order) -> None:
    with pytest.raises(BankError):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 11_00))
    with pytest.raises(NumberUsed):
        refunding.refund_order(bank, tea.till, bank.new_id(), replace(part(order, 1_00)))


def test_a_till_gives_back_what_its_own_shop_has_sold(
    bank: Bank, tea: Trader, order: Order
) -> None:
    other = shops.open_shop(bank, tea.server, bank.new_id(), "西单店", "Xidan")
    added = shops.add_terminal(bank, tea.server, bank.new_id(), other.id, "till 2")
    elsewhere = seller(bank, enrol(bank, added, new_key(bank)))
    with pytest.raises(OtherShop):
        refunding.refund_order(bank, elsewhere, bank.new_id(), part(order, 1_00))
    assert refunding.refund_order(bank, tea.server, bank.new_id(), part(order, 1_00)).done_at


def test_a_suspended_merchant_gives_nothing_back_until_staff_let_it_go_on(
    bank: Bank, tea: Trader, payer: Holder, order: Order, clock: Clock
) -> None:
    done = refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 1_00))
    waiting = keep(bank, tea, order, 2_00, "R-2")
    stopped = suspend(bank, tea, suspended=True)
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 0
    for refund_id, number in ((bank.new_id(), "R-3"), (waiting.id, "R-2")):
        for asking in (stopped.till, stopped.server):
            with pytest.raises(MerchantSuspended):
                refunding.refund_order(bank, asking, refund_id, part(order, 2_00, number))
    assert refunding.refund_order(bank, stopped.till, done.id, part(order, 1_00)) == done
    assert balance(bank, tea.wallet) == 9_00
    going_on = suspend(bank, tea, suspended=False)
    assert refunding.finish_refunds(bank) == 1
    assert refunding.refund_order(bank, going_on.till, waiting.id, part(order, 2_00, "R-2")).done_at
    assert balance(bank, tea.wallet) == 7_00


@pytest.mark.parametrize(
    "halt, refusal",
    [
        (lambda bank, tea: suspend(bank, tea, suspended=True), MerchantSuspended),
        (lambda bank, tea: freeze_wallet(bank, tea.wallet, Freezer.BANK), MerchantSuspended),
        (lambda bank, tea: shops.revoke_terminal(bank, tea.server, till_of(tea)), KeyUnknown),
    ],
)
def test_who_is_halted_after_the_look_gives_nothing_back(
    bank: Bank,
    tea: Trader,
    order: Order,
    monkeypatch: pytest.MonkeyPatch,
    halt: Callable[[Bank, Trader], object],
    refusal: type[BankError],
) -> None:
    looked = refunding._not_halted

    def halting(bank: Bank, merchant: Merchant, key_id: UUID | None) -> tuple[Condition, ...]:
        found = looked(bank, merchant, key_id)
        halt(bank, tea)
        return found

    monkeypatch.setattr(refunding, "_not_halted", halting)
    with pytest.raises(refusal):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 3_00))
    assert balance(bank, tea.wallet) == 10_00
    assert refunding.read_refund_by_number(bank, tea.server, "R-1").refused == refusal.problem


def test_a_merchant_whose_wallet_is_frozen_gives_back_when_it_is_free_again(
    bank: Bank, tea: Trader, order: Order, clock: Clock
) -> None:
    freeze_wallet(bank, tea.wallet, Freezer.BANK)
    with pytest.raises(WalletFrozen):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 3_00))
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 0
    unfreeze_wallet(bank, tea.wallet, Freezer.BANK)
    clock.advance(minutes=10)
    assert refunding.finish_refunds(bank) == 1
    assert balance(bank, tea.wallet) == 7_00


def till_of(trader: Trader) -> UUID:
    assert trader.till.terminal is not None
    return trader.till.terminal.id


def test_the_worker_of_another_operator_leaves_a_refund_alone(
    bank: Bank, tea: Trader, order: Order, clock: Clock
) -> None:
    keep(bank, tea, order, 3_00)
    clock.advance(minutes=2)
    assert refunding.finish_refunds(replace(bank, operator_id=bank.new_id())) == 0
    assert refunding.finish_refunds(bank) == 1


def test_two_of_the_staff_give_back_what_a_suspended_merchant_sold(
    bank: Bank, tea: Trader, payer: Holder, order: Order
) -> None:
    suspend(bank, tea, suspended=True)
    approval_id = bank.new_id()
    for _ in range(2):
        given = refunding.refund_by_approval(bank, approval_id, part(order, 4_00, "STAFF-1"))
        assert (given.id, given.key_id, given.amount) == (approval_id, approval_id, 4_00)
    assert (balance(bank, tea.wallet), balance(bank, payer.wallet)) == (6_00, 994_00)
    with pytest.raises(OrderUnknown):
        refunding.refund_by_approval(bank, bank.new_id(), replace(part(order, 1), order_id=STAFF))
