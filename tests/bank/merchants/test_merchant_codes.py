from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder
from tests.bank.merchants.trading import Trader, begin, new_order, pay
from zerobar.bank.context import Bank
from zerobar.bank.merchants import shops
from zerobar.bank.merchants.codes import code_of_order, code_of_shop, read_merchant_code
from zerobar.bank.merchants.errors import (
    CodeMismatch,
    CodeUnreadable,
    OrderNotOpen,
    OrderUnknown,
    ShopClosed,
    ShopUnknown,
)
from zerobar.codes import emvco
from zerobar.purse.money import Fen


def test_a_shops_code_leads_to_the_shop(bank: Bank, tea: Trader) -> None:
    code = emvco.parse(code_of_shop(bank, tea.server, tea.shop.id))
    assert (code.merchant_name, code.local_name) == ("Wangfujing", "王府井店")
    assert (code.city, code.category_code) == ("BEIJING", "5812")
    reading = read_merchant_code(bank, code.text())
    assert (reading.merchant_name, reading.shop_code) == ("北京茶馆", tea.shop.code)
    assert (reading.order_id, reading.amount) == (None, None)


def test_an_orders_code_leads_to_the_order(bank: Bank, tea: Trader, payer: Holder) -> None:
    order = new_order(bank, tea, 12_50, "A-1")
    text = code_of_order(bank, tea.till, order.id)
    assert emvco.parse(text).bill_number == "A-1"
    reading = read_merchant_code(bank, text)
    assert (reading.order_id, reading.order_number, reading.amount) == (order.id, "A-1", 12_50)
    pay(bank, payer, order)
    with pytest.raises(OrderNotOpen):
        read_merchant_code(bank, text)
    with pytest.raises(OrderNotOpen):
        code_of_order(bank, tea.till, order.id)


def test_an_expired_orders_code_is_not_paid(bank: Bank, tea: Trader, clock: Clock) -> None:
    text = code_of_order(bank, tea.till, new_order(bank, tea, 12_50).id)
    clock.advance(minutes=15)
    with pytest.raises(OrderNotOpen):
        read_merchant_code(bank, text)


def test_a_code_that_was_changed_and_sealed_again_is_noticed(bank: Bank, tea: Trader) -> None:
    other = begin(bank, 2)
    code = emvco.parse(code_of_order(bank, tea.till, new_order(bank, tea, 12_50).id))
    for changed in (replace(code, amount=Fen(1)), replace(code, shop_code=other.shop.code)):
        with pytest.raises(CodeMismatch):
            read_merchant_code(bank, changed.text())
    unknown = replace(code, reference=emvco.order_reference(bank.new_id()))
    with pytest.raises(OrderUnknown):
        read_merchant_code(bank, unknown.text())
    with pytest.raises(ShopUnknown):
        read_merchant_code(bank, replace(code, shop_code="0" * 12).text())


@pytest.mark.parametrize("text", ["https://example.com", "000201", "000201010211"])
def test_what_cannot_be_read_says_what_to_do(bank: Bank, text: str) -> None:
    with pytest.raises(CodeUnreadable) as caught:
        read_merchant_code(bank, text)
    assert caught.value.next_step.startswith("Scan ")


def test_a_closed_shops_code_is_not_paid(bank: Bank, tea: Trader) -> None:
    text = code_of_shop(bank, tea.server, tea.shop.id)
    shops.close_shop(bank, tea.server, tea.shop.id)
    with pytest.raises(ShopClosed):
        read_merchant_code(bank, text)
    with pytest.raises(ShopClosed):
        code_of_shop(bank, tea.server, tea.shop.id)


def test_a_name_that_no_code_can_carry_is_shortened_to_what_it_can(bank: Bank, tea: Trader) -> None:
    name = "茶\u3000馆" + "长" * 40
    shop = shops.open_shop(bank, tea.server, bank.new_id(), name, "Long")
    code = emvco.parse(code_of_shop(bank, tea.server, shop.id))
    assert code.local_name == "茶馆" + "长" * 23
