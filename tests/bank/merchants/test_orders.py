from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, grant
from tests.bank.merchants.trading import Trader, begin, new_order, pay, wanted
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.merchants import orders
from zerobar.bank.merchants.errors import AmountsDiffer, NumberUsed, OrderNotOpen, OrderUnknown
from zerobar.bank.merchants.model import Item, OrderState
from zerobar.bank.paying.errors import NotPayable
from zerobar.purse.money import Fen


def test_an_order_is_made_once_however_often_it_is_asked_for(bank: Bank, tea: Trader) -> None:
    order_id, new = bank.new_id(), wanted(tea, 12_50, "A-1")
    first = orders.create_order(bank, tea.till, order_id, new)
    assert orders.create_order(bank, tea.till, order_id, new) == first
    assert orders.read_order_by_number(bank, tea.server, "A-1") == first
    with pytest.raises(IdUsed):
        orders.create_order(bank, tea.till, order_id, replace(new, amount=Fen(1)))


def test_a_number_names_one_order_of_a_merchant(bank: Bank, tea: Trader) -> None:
    new_order(bank, tea, 1_00, "A-1")
    with pytest.raises(NumberUsed):
        new_order(bank, tea, 1_00, "A-1")
    other = begin(bank, 2)
    assert new_order(bank, other, 1_00, "A-1").merchant_id == other.merchant.id


def test_many_who_ask_for_the_same_number_make_one_order(bank: Bank, tea: Trader) -> None:
    def ask(_: int) -> bool:
        try:
            new_order(bank, tea, 1_00, "A-1")
        except NumberUsed:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 1


def test_items_add_up_to_the_amount(bank: Bank, tea: Trader) -> None:
    items = (Item("龙井", 2, Fen(10_00)), Item("cake", 1, Fen(2_50)))
    made = orders.create_order(bank, tea.till, bank.new_id(), wanted(tea, 12_50, "A-1", items))
    assert orders.read_order(bank, tea.till, made.id).items == items
    with pytest.raises(AmountsDiffer):
        orders.create_order(bank, tea.till, bank.new_id(), wanted(tea, 12_51, "A-2", items))


def test_a_paid_order_says_by_which_payment(bank: Bank, tea: Trader, payer: Holder) -> None:
    order = new_order(bank, tea, 12_50)
    payment = pay(bank, payer, order)
    paid = orders.read_order(bank, tea.server, order.id)
    assert paid.state(bank.clock()) is OrderState.PAID
    assert paid.payment_id == payment.id
    assert balance(bank, tea.wallet) == 12_50
    with pytest.raises(NotPayable):
        pay(bank, payer, order)


def test_a_closed_order_cannot_be_paid(bank: Bank, tea: Trader, payer: Holder) -> None:
    order = new_order(bank, tea, 12_50)
    closed = orders.close_order(bank, tea.till, order.id)
    assert closed.state(bank.clock()) is OrderState.CLOSED
    assert orders.close_order(bank, tea.till, order.id) == closed
    with pytest.raises(NotPayable):
        pay(bank, payer, order)
    assert balance(bank, tea.wallet) == 0


def test_a_paid_order_cannot_be_closed(bank: Bank, tea: Trader, payer: Holder) -> None:
    order = new_order(bank, tea, 12_50)
    pay(bank, payer, order)
    with pytest.raises(OrderNotOpen):
        orders.close_order(bank, tea.till, order.id)
    assert orders.read_order(bank, tea.till, order.id).ended_at is None


def test_an_order_is_paid_or_closed_but_never_both(bank: Bank, tea: Trader, payer: Holder) -> None:
    made = [new_order(bank, tea, 1_00) for _ in range(12)]

    def attempt(task: tuple[str, int]) -> bool:
        what, which = task
        try:
            if what == "pay":
                pay(bank, payer, made[which])
            else:
                orders.close_order(bank, tea.till, made[which].id)
        except BankError:
            return False
        return True

    tasks = [(what, which) for which in range(12) for what in ("pay", "close", "pay")]
    with ThreadPoolExecutor(8) as pool:
        done = dict(zip(tasks, pool.map(attempt, tasks), strict=True))
    paid = [orders.read_order(bank, tea.till, o.id).payment_id is not None for o in made]
    assert balance(bank, tea.wallet) == 1_00 * sum(paid)
    for which, is_paid in enumerate(paid):
        assert done["close", which] != is_paid


def test_an_order_expires_at_its_time_and_is_ended_by_the_worker(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    order, paid = new_order(bank, tea, 1_00), new_order(bank, tea, 2_00)
    pay(bank, payer, paid)
    clock.advance(minutes=15)
    grant(bank, payer)
    assert orders.read_order(bank, tea.till, order.id).state(bank.clock()) is OrderState.EXPIRED
    with pytest.raises(NotPayable):
        pay(bank, payer, order)
    assert orders.expire_orders(bank) == 1
    assert orders.expire_orders(bank) == 0
    assert orders.read_order(bank, tea.till, order.id).ended_at == bank.clock()
    assert orders.read_order(bank, tea.till, paid.id).state(bank.clock()) is OrderState.PAID
    assert orders.close_order(bank, tea.till, order.id).state(bank.clock()) is OrderState.EXPIRED


def test_an_order_made_again_after_it_was_paid_says_so(
    bank: Bank, tea: Trader, payer: Holder
) -> None:
    order_id, new = bank.new_id(), wanted(tea, 1_00, "A-1")
    pay(bank, payer, orders.create_order(bank, tea.till, order_id, new))
    again = orders.create_order(bank, tea.till, order_id, new)
    assert again.state(bank.clock()) is OrderState.PAID


def test_orders_are_the_merchants_own(bank: Bank, tea: Trader) -> None:
    order, other = new_order(bank, tea, 1_00), begin(bank, 2)
    with pytest.raises(OrderUnknown):
        orders.read_order(bank, other.server, order.id)
    with pytest.raises(OrderUnknown):
        orders.close_order(bank, other.server, order.id)
    with pytest.raises(OrderUnknown):
        orders.read_order_by_number(bank, tea.server, "none")


def test_orders_are_listed_newest_first(bank: Bank, tea: Trader, clock: Clock) -> None:
    made = []
    for _ in range(3):
        made.append(new_order(bank, tea, 1_00))
        clock.advance(seconds=1)
    assert orders.list_orders(bank, tea.server, None, 2) == made[:0:-1]
    assert orders.list_orders(bank, tea.server, made[1].id, 2) == made[:1]
