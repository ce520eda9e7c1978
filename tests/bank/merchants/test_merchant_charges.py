from __future__ import annotations

import pytest

from tests.bank.holders import Holder, balance
from tests.bank.merchants.trading import (
    STAFF,
    Trader,
    begin,
    charge_request,
    new_order,
    pay,
    seller,
)
from tests.bank.paying.orders import order as payment_order
from tests.bank.paying.orders import signed as signed_by
from tests.bank.paying.orders import to
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.merchants import onboarding, orders
from zerobar.bank.merchants.charging import charge_order
from zerobar.bank.merchants.errors import MerchantSuspended, OrderNotOpen, OrderUnknown
from zerobar.bank.merchants.model import Order, OrderState
from zerobar.bank.paying.charging import confirmation_order
from zerobar.bank.paying.codes import EnrolledCode, enrol_code
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import CodeUsed, ConfirmationNeeded
from zerobar.bank.paying.requests import ask_for_money, cancel_request
from zerobar.codes.customer import derive_code
from zerobar.purse.money import Fen


@pytest.fixture
def enrolled(bank: Bank, payer: Holder) -> EnrolledCode:
    return enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())


def shown(bank: Bank, enrolled: EnrolledCode) -> str:
    return derive_code(enrolled.secret, enrolled.handle, int(bank.clock().timestamp()), 0)


def charge(bank: Bank, tea: Trader, order: Order, code: str) -> Order:
    signed = charge_request(bank, tea.till_key, order, code, bank.new_id())
    return charge_order(bank, tea.till, order.id, code, signed)


def test_a_customers_code_pays_an_order(bank: Bank, tea: Trader, enrolled: EnrolledCode) -> None:
    order, code = new_order(bank, tea, 38_00), shown(bank, enrolled)
    signed = charge_request(bank, tea.till_key, order, code, bank.new_id())
    paid = charge_order(bank, tea.till, order.id, code, signed)
    assert (paid.state(bank.clock()), paid.payment_id) == (OrderState.PAID, signed.id)
    assert charge_order(bank, tea.till, order.id, code, signed) == paid
    assert balance(bank, tea.wallet) == 38_00
    with bank.connection() as connection:
        kept = connection.execute("SELECT c::text FROM bank.charge c").fetchall()
    assert code not in str(kept)


def test_one_code_pays_one_order(bank: Bank, tea: Trader, enrolled: EnrolledCode) -> None:
    code = shown(bank, enrolled)
    charge(bank, tea, new_order(bank, tea, 1_00), code)
    with pytest.raises(CodeUsed):
        charge(bank, tea, new_order(bank, tea, 1_00), code)


def test_a_large_amount_waits_for_the_holder(
    bank: Bank, tea: Trader, enrolled: EnrolledCode
) -> None:
    order = new_order(bank, tea, 501_00)
    with pytest.raises(ConfirmationNeeded):
        charge(bank, tea, order, shown(bank, enrolled))
    assert orders.read_order(bank, tea.till, order.id).state(bank.clock()) is OrderState.OPEN


def test_an_order_that_is_paid_or_closed_is_not_charged(
    bank: Bank, tea: Trader, payer: Holder, enrolled: EnrolledCode
) -> None:
    order = new_order(bank, tea, 1_00)
    pay(bank, payer, order)
    with pytest.raises(OrderNotOpen):
        charge(bank, tea, order, shown(bank, enrolled))
    with pytest.raises(OrderUnknown):
        charge(bank, begin(bank, 2), order, shown(bank, enrolled))


def test_one_id_charges_one_code_for_one_order(
    bank: Bank, tea: Trader, enrolled: EnrolledCode
) -> None:
    order, other, code = new_order(bank, tea, 1_00), new_order(bank, tea, 1_00), "01" + "0" * 17
    signed = charge_request(bank, tea.till_key, order, shown(bank, enrolled), bank.new_id())
    charge_order(bank, tea.till, order.id, shown(bank, enrolled), signed)
    with pytest.raises(IdUsed):
        charge_order(bank, tea.till, other.id, shown(bank, enrolled), signed)
    with pytest.raises(IdUsed):
        charge_order(bank, tea.till, order.id, code, signed)


def test_a_suspended_merchant_charges_nobody(
    bank: Bank, tea: Trader, enrolled: EnrolledCode
) -> None:
    order, code = new_order(bank, tea, 1_00), shown(bank, enrolled)
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    signed = charge_request(bank, tea.till_key, order, code, bank.new_id())
    with pytest.raises(MerchantSuspended):
        charge_order(bank, seller(bank, tea.till_key), order.id, code, signed)


def test_a_confirmed_charge_is_answered_with_the_paid_order(
    bank: Bank, tea: Trader, payer: Holder, bea: Holder, enrolled: EnrolledCode
) -> None:
    order, code = new_order(bank, tea, 501_00), shown(bank, enrolled)
    signed = charge_request(bank, tea.till_key, order, code, bank.new_id())
    with pytest.raises(ConfirmationNeeded):
        charge_order(bank, tea.till, order.id, code, signed)
    # The holder takes the till's id for something else, and the order is as open as before.
    pay_now(bank, payment_order(bank, payer, to(bea), 1, payment_id=signed.id))
    with pytest.raises(ConfirmationNeeded):
        charge_order(bank, tea.till, order.id, code, signed)
    claim = signed_by(bank, payer, f"/v1/confirmations/{signed.id}", bank.new_id(), {})
    paid = pay_now(bank, confirmation_order(bank, signed.id, claim))
    for _ in range(2):
        answered = charge_order(bank, tea.till, order.id, code, signed)
        assert (answered.state(bank.clock()), answered.payment_id) == (OrderState.PAID, paid.id)
    assert balance(bank, tea.wallet) == 501_00


def test_an_order_that_a_request_has_the_id_of_can_be_closed_and_paid(
    bank: Bank, tea: Trader, payer: Holder, bea: Holder
) -> None:
    paid, closed = new_order(bank, tea, 1_00), new_order(bank, tea, 1_00)
    for each in (paid, closed):
        ask_for_money(bank, bea.person, bea.wallet, each.id, to(payer), (Fen(1), ""))
        cancel_request(bank, bea.person, each.id)
    pay(bank, payer, paid)
    ended = orders.close_order(bank, tea.till, closed.id)
    assert ended.state(bank.clock()) is OrderState.CLOSED
