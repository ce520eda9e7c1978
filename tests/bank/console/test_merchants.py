"""Merchants, orders and refunds as operations look at them, and tills that are silent."""

from __future__ import annotations

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.holders import Holder, fill, grant
from tests.bank.merchants.trading import STAFF, Trader, begin, new_order, pay
from zerobar.bank.context import Bank
from zerobar.bank.health.status import status
from zerobar.bank.merchants import onboarding
from zerobar.bank.merchants.refunding import NewRefund, refund_by_approval
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow


@pytest.fixture
def tea(bank: Bank) -> Trader:
    return begin(bank)


def found(ask: Asker, who: Employee, query: str) -> set[tuple[str, str]]:
    items = ask.post(who, "/v1/console/searches", {"query": query})["items"]
    return {(hit["kind"], hit["id"]) for hit in items}


def test_orders_payments_refunds_and_merchants_are_found_by_what_they_are_called(
    ask: Asker, operations: Employee, bank: Bank, tea: Trader, anna: Holder
) -> None:
    fill(bank, anna.wallet, Fen(100_00))
    grant(bank, anna)
    order = new_order(bank, tea, 12_50, "TEA-7")
    payment = pay(bank, anna, order)
    refund = refund_by_approval(bank, bank.new_id(), NewRefund(order.id, "R-7", Fen(2_50), "cold"))
    assert found(ask, operations, "TEA-7") == {("order", str(order.id))}
    assert found(ask, operations, "R-7") == {("refund", str(refund.id))}
    assert found(ask, operations, str(payment.id)) == {("payment", str(payment.id))}
    merchant = {("merchant", str(tea.merchant.id))}
    assert found(ask, operations, tea.merchant.credit_code) == merchant
    assert found(ask, operations, str(tea.merchant.id)) == merchant


def test_a_merchant_is_listed_with_what_it_has_and_how_it_is(
    ask: Asker, operations: Employee, bank: Bank, tea: Trader, anna: Holder
) -> None:
    fill(bank, anna.wallet, Fen(100_00))
    grant(bank, anna)
    order = new_order(bank, tea, 12_50)
    pay(bank, anna, order)
    refund_by_approval(bank, bank.new_id(), NewRefund(order.id, "R-1", Fen(2_50), "cold"))
    (line,) = ask.pages(operations, "/v1/console/merchants")
    assert (line["shops"], line["tills"], line["balance_fen"]) == (1, 1, 10_00)
    assert line["status"] == "open" and line["last_paid_at"] and line["open_refunds"] == 0
    (refund,) = ask.pages(operations, "/v1/console/refunds")
    assert (refund["state"], refund["amount_fen"], refund["number"]) == ("done", 2_50, "R-1")
    assert ask.pages(operations, "/v1/console/refunds", state="open") == []
    onboarding.suspend_merchant(bank, STAFF, tea.merchant.id, suspended=True)
    (line,) = ask.pages(operations, "/v1/console/merchants")
    assert line["status"] == "suspended"


def test_a_till_without_an_order_for_three_days_is_told(
    bank: Bank, clock: Clock, tea: Trader
) -> None:
    def silent() -> tuple[str, dict[str, int]]:
        found = next(each for each in status(bank).findings if each.name == "silent-tills")
        return found.level.value, found.figures

    assert silent() == ("ok", {"silent": 0, "tills": 1})
    clock.advance(days=2)
    new_order(bank, tea, 1_00)
    clock.advance(days=2)
    assert silent() == ("ok", {"silent": 0, "tills": 1})
    clock.advance(days=2)
    assert silent() == ("attention", {"silent": 1, "tills": 1})
