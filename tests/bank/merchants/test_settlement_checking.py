"""What the bank says it paid to merchants' banks, against what it was asked to pay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import DONE, Doubles
from tests.bank.holders import Holder
from tests.bank.merchants.trading import Trader, new_order, pay
from zerobar.bank.context import Bank
from zerobar.bank.funding.daily import READY_AFTER, reconcile_days
from zerobar.bank.funding.reconciliation_store import Reconciliation, reconciliations
from zerobar.bank.funding.reconciling import Difference, DifferenceKind, Subject
from zerobar.bank.merchants import settling
from zerobar.bank.merchants.pain import read_amounts
from zerobar.bank.merchants.settlement_checking import check_transfers
from zerobar.bank.partners import BankOutcome, BankStatus
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen

pytestmark = pytest.mark.slow

DAY, PAID_ON, AMOUNT = 20261125, 20261126, Fen(30_00)
REFUSED = BankOutcome(BankStatus.REFUSED, "account-closed")


@pytest.fixture
def line(bank: Bank, tea: Trader, payer: Holder, clock: Clock) -> StatementLine:
    """What the bank books when it pays the tea house, which sold for 30.00 yesterday."""
    pay(bank, payer, new_order(bank, tea, AMOUNT))
    clock.advance(days=1)
    settling.settle_day(bank, DAY)
    (settlement,) = settling.read_settlements(bank, DAY)[1]
    return StatementLine(LineKind.TRANSFER, settlement.id.hex, AMOUNT)


def hear(bank: Bank, partners: Doubles, outcome: BankOutcome) -> None:
    """Let the bank say what became of the file's transfers."""
    for name, message in partners.bank.files.items():
        partners.bank.transfers[name] = dict.fromkeys(read_amounts(message), outcome)
    assert settling.settle_day(bank, DAY) == 1


def kinds(bank: Bank, day: int, *lines: StatementLine) -> list[DifferenceKind]:
    return [difference.kind for difference in check_transfers(bank, day, lines).differences]


def test_what_was_asked_and_paid_agrees_however_often_it_is_compared(
    bank: Bank, partners: Doubles, line: StatementLine
) -> None:
    hear(bank, partners, DONE)
    card = StatementLine(LineKind.CARD_DEBIT, "whatever", Fen(1))
    for _ in range(2):
        found = check_transfers(bank, PAID_ON, [card, line])
        assert (found.matched, found.paid, found.differences) == (1, AMOUNT, ())
    assert kinds(bank, PAID_ON + 1) == []


def test_what_no_statement_shows_is_missing_until_one_does(
    bank: Bank, partners: Doubles, line: StatementLine
) -> None:
    hear(bank, partners, DONE)
    for day in (PAID_ON, PAID_ON + 1):
        assert kinds(bank, day) == [DifferenceKind.MISSING_THERE]
    assert kinds(bank, PAID_ON + 2, line) == kinds(bank, PAID_ON + 3) == []


def test_what_was_booked_before_we_heard_of_it_is_not_missing(
    bank: Bank, partners: Doubles, line: StatementLine, clock: Clock
) -> None:
    assert kinds(bank, PAID_ON, line) == [DifferenceKind.PENDING_HERE]
    clock.advance(days=3)
    hear(bank, partners, DONE)
    assert kinds(bank, PAID_ON + 3) == []


@pytest.mark.parametrize("days", [0, 1])
def test_what_is_paid_twice_is_noticed_on_another_day_too(
    bank: Bank, partners: Doubles, line: StatementLine, days: int
) -> None:
    hear(bank, partners, DONE)
    assert kinds(bank, PAID_ON, *[line] * (2 - days)) == [DifferenceKind.BOOKED_TWICE] * (1 - days)
    assert kinds(bank, PAID_ON + 1, *[line] * days) == [DifferenceKind.BOOKED_TWICE] * days


def test_other_amounts_and_strangers_are_noticed(
    bank: Bank, partners: Doubles, line: StatementLine
) -> None:
    hear(bank, partners, DONE)
    other = replace(line, amount=Fen(1))
    assert kinds(bank, PAID_ON, other) == [DifferenceKind.OTHER_TERMS]
    strange = [replace(line, reference=text) for text in ("x", bank.new_id().hex)]
    assert kinds(bank, PAID_ON, line, *strange) == [DifferenceKind.UNKNOWN_HERE] * 2


def test_money_that_the_bank_said_it_refused_and_paid_is_noticed(
    bank: Bank, partners: Doubles, line: StatementLine
) -> None:
    hear(bank, partners, REFUSED)
    assert kinds(bank, PAID_ON, line) == [DifferenceKind.REFUSED_HERE]


def test_staff_find_transfers_in_what_came_of_the_day(
    bank: Bank, partners: Doubles, line: StatementLine, clock: Clock
) -> None:
    hear(bank, partners, DONE)
    strange = replace(line, reference="x", amount=Fen(7))
    partners.bank.statements[date(2026, 11, 26)] = [line, strange]
    clock.advance(hours=12, seconds=READY_AFTER.total_seconds())
    assert reconcile_days(bank) == 2
    _, day = compared(bank)
    assert (day.transfers, day.transferred, day.matched, day.lines) == (1, AMOUNT, 0, 2)
    unknown = Difference(DifferenceKind.UNKNOWN_HERE, "x", None, Fen(7), Subject.TRANSFER)
    assert (day.differing, day.differences) == (1, (unknown,))
    clock.advance(seconds=timedelta(days=1).total_seconds())
    reconcile_days(bank)
    assert compared(bank)[-1].differing == 0


def compared(bank: Bank) -> list[Reconciliation]:
    """Return what came of all days, the oldest first."""
    with bank.connection() as connection:
        return reconciliations(connection, bank.operator_id, None, 100)[::-1]
