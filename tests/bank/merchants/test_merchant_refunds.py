from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, move
from tests.bank.merchants.trading import Trader, begin, new_order, pay
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.merchants import order_store, refunding
from zerobar.bank.merchants.errors import (
    NumberUsed,
    OrderNotPaid,
    OrderUnknown,
    RefundUnknown,
)
from zerobar.bank.merchants.model import Order
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.bank.paying.errors import InsufficientBalance, RefundTooMuch
from zerobar.purse.money import Fen


@pytest.fixture
def order(bank: Bank, tea: Trader, payer: Holder) -> Order:
    made = new_order(bank, tea, 10_00)
    pay(bank, payer, made)
    return made


def part(order: Order, amount: int, number: str = "R-1") -> NewRefund:
    return NewRefund(order.id, number, Fen(amount), "cold tea")


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
    refund_id = bank.new_id()
    with bank.transaction() as connection:
        kept = refunding._keep(bank, connection, tea.till, refund_id, part(order, 3_00))
    assert kept.done_at is None
    assert refunding.finish_refunds(bank) == 0
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 1
    assert refunding.finish_refunds(bank) == 0
    assert refunding.read_refund(bank, tea.till, refund_id).done_at == bank.clock()
    assert balance(bank, tea.wallet) == 7_00


def test_a_refund_that_cannot_be_made_is_not_asked_for_for_ever(
    bank: Bank, tea: Trader, order: Order, clock: Clock
) -> None:
    with bank.transaction() as connection:
        refunding._keep(bank, connection, tea.till, bank.new_id(), part(order, 11_00))
    clock.advance(minutes=2)
    assert refunding.finish_refunds(bank) == 1
    with bank.connection() as connection:
        assert not order_store.undecided_refunds(connection, bank.clock(), 10)


def test_a_refused_number_stays_used(bank: Bank, tea: Trader, order: Order) -> None:
    with pytest.raises(BankError):
        refunding.refund_order(bank, tea.till, bank.new_id(), part(order, 11_00))
    with pytest.raises(NumberUsed):
        refunding.refund_order(bank, tea.till, bank.new_id(), replace(part(order, 1_00)))
