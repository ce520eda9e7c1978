from __future__ import annotations

import csv
import io

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import DONE, Doubles
from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, fill, grant
from tests.bank.merchants.trading import Trader, begin, new_order, pay, pay_shop
from zerobar.bank.context import Bank
from zerobar.bank.funding.cards import allow_auto_top_up
from zerobar.bank.merchants import reconciliation, refunding, settling
from zerobar.bank.merchants.errors import DayNotOver, MerchantUnknown
from zerobar.bank.merchants.pain import read_amounts
from zerobar.bank.merchants.reconciliation import READY_AFTER, reconcile_merchant, write_csv
from zerobar.bank.merchants.refunding import NewRefund
from zerobar.purse.money import Fen

DAY = 20261125


def rows(bank: Bank, trader: Trader, day: int) -> list[dict[str, str]]:
    text = write_csv(reconcile_merchant(bank, trader.merchant.id, day)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_day_lists_what_came_and_went_with_the_merchants_own_numbers(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    order = new_order(bank, tea, 30_00, "A-1")
    payment = pay(bank, payer, order)
    pay_shop(bank, payer, tea.shop, 2_00)
    wanted = NewRefund(order.id, "R-1", Fen(10_00), "")
    refund = refunding.refund_order(bank, tea.till, bank.new_id(), wanted)
    clock.advance(days=1)
    lines = [row for row in rows(bank, tea, DAY) if row["record"] == "line"]
    told = [(r["kind"], r["order_number"], r["refund_number"], r["amount_fen"]) for r in lines]
    assert told == [
        ("payment", "A-1", "", "3000"),
        ("payment", "", "", "200"),
        ("refund", "A-1", "R-1", "-1000"),
    ]
    assert [lines[0]["transfer_id"], lines[2]["transfer_id"]] == [str(payment.id), str(refund.id)]
    assert lines[0]["time"] == "2026-11-25T12:00:00.000+08:00"


def test_the_sums_fit_the_lines_and_the_balances(
    bank: Bank, tea: Trader, payer: Holder, partners: Doubles, clock: Clock
) -> None:
    pay(bank, payer, new_order(bank, tea, 30_00))
    clock.advance(days=1)
    grant(bank, payer)
    settling.settle_day(bank, DAY)
    for name, message in partners.bank.files.items():
        partners.bank.transfers[name] = dict.fromkeys(read_amounts(message), DONE)
    settling.settle_day(bank, DAY)
    pay(bank, payer, new_order(bank, tea, 7_00))
    clock.advance(days=1)
    found = rows(bank, tea, 20261126)
    totals = {r["kind"]: r["amount_fen"] for r in found if r["record"] == "total"}
    assert totals == {"payment": "700", "refund": "0", "settlement": "-3000"}
    balances = {r["record"]: r["balance_fen"] for r in found if not r["kind"]}
    assert balances == {"opening": "3000", "closing": "700"}
    (settlement,) = settling.list_settlements(bank, tea.merchant.id, DAY + 1, 1)
    assert found[0]["transfer_id"] == str(settlement.id)


def test_the_same_day_gives_the_same_bytes_whatever_happens_later(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    order = new_order(bank, tea, 30_00)
    pay(bank, payer, order)
    clock.advance(days=1)
    first = write_csv(reconcile_merchant(bank, tea.merchant.id, DAY))
    wanted = NewRefund(order.id, "R-1", Fen(10_00), "")
    refunding.refund_order(bank, tea.till, bank.new_id(), wanted)
    settling.settle_day(bank, DAY)
    clock.advance(days=30)
    assert write_csv(reconcile_merchant(bank, tea.merchant.id, DAY)) == first


def test_midnight_in_china_parts_the_days(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    clock.advance(hours=12, microseconds=-1)
    grant(bank, payer)
    pay(bank, payer, new_order(bank, tea, 1_00, "last"))
    clock.advance(microseconds=1)
    pay(bank, payer, new_order(bank, tea, 2_00, "first"))
    clock.advance(days=2)
    for day, number in ((DAY, "last"), (DAY + 1, "first")):
        lines = [row for row in rows(bank, tea, day) if row["record"] == "line"]
        assert [row["order_number"] for row in lines] == [number]


def test_both_parts_of_a_refund_have_its_number(
    bank: Bank, tea: Trader, funded: Funded, clock: Clock
) -> None:
    fill(bank, funded.holder.wallet, Fen(10_00))
    holder = funded.holder
    allow_auto_top_up(bank, holder.person, holder.wallet, holder.key.id)
    order = new_order(bank, tea, 30_00, "A-1")
    pay(bank, funded.holder, order)
    wanted = NewRefund(order.id, "R-1", Fen(25_00), "")
    refunding.refund_order(bank, tea.till, bank.new_id(), wanted)
    clock.advance(days=1)
    parts = [row for row in rows(bank, tea, DAY) if row["kind"] == "refund"][:2]
    told = {(r["order_number"], r["refund_number"], r["amount_fen"]) for r in parts}
    assert told == {("A-1", "R-1", "-2000"), ("A-1", "R-1", "-500")}


def test_a_day_that_is_not_over_and_stored_has_no_file(
    bank: Bank, tea: Trader, clock: Clock
) -> None:
    for hours in (0, 12):
        clock.advance(hours=hours)
        with pytest.raises(DayNotOver):
            reconcile_merchant(bank, tea.merchant.id, DAY)
    clock.advance(seconds=READY_AFTER.total_seconds())
    assert reconcile_merchant(bank, tea.merchant.id, DAY).lines == ()
    with pytest.raises(MerchantUnknown):
        reconcile_merchant(bank, bank.new_id(), DAY)


@pytest.mark.parametrize("change", ["DESC", "ASC LIMIT 1", "ASC OFFSET 1"])
def test_no_file_is_given_out_whose_lines_do_not_follow_one_another(
    bank: Bank,
    tea: Trader,
    payer: Holder,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    for amount in (1_00, 2_00):
        pay(bank, payer, new_order(bank, tea, amount))
    clock.advance(days=1)
    monkeypatch.setattr(reconciliation, "_LINES", reconciliation._LINES.rstrip() + " " + change)
    with pytest.raises(AssertionError):
        reconcile_merchant(bank, tea.merchant.id, DAY)


def test_a_merchants_file_has_only_its_own_lines(
    bank: Bank, tea: Trader, payer: Holder, clock: Clock
) -> None:
    other = begin(bank, 2)
    pay(bank, payer, new_order(bank, tea, 1_00))
    clock.advance(days=1)
    assert [row["record"] for row in rows(bank, other, DAY)].count("line") == 0
