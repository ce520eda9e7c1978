"""The bank compares every day that is over with the cards' bank's statement, by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder
from tests.sandbox.running import running_sandbox
from zerobar.bank.context import Bank
from zerobar.bank.funding import daily
from zerobar.bank.funding import reconciliation_store as store
from zerobar.bank.funding.cards import bind_card
from zerobar.bank.funding.daily import reconcile_days
from zerobar.bank.funding.exchanging import exchange
from zerobar.bank.funding.model import Asked
from zerobar.bank.funding.reconciliation_store import Reconciliation
from zerobar.bank.funding.reconciling import Difference, DifferenceKind, Subject
from zerobar.bank.partners import PartnerUnavailable
from zerobar.bank.partners.http import PartnerUrls, http_partners
from zerobar.bank.partners.statements import LineKind, StatementLine
from zerobar.purse.money import Fen
from zerobar.sandbox.people import PEOPLE

DAY = date(2026, 11, 25)
AFTER_MIDNIGHT_S = 12 * 3600 + daily.READY_AFTER.total_seconds()


def compared(bank: Bank) -> list[Reconciliation]:
    """Return what came of all days, the oldest first."""
    with bank.connection() as connection:
        return store.reconciliations(connection, bank.operator_id, None, 100)[::-1]


def days(bank: Bank) -> list[int]:
    return [each.day for each in compared(bank)]


def test_a_day_is_compared_once_some_hours_after_it_is_over(funded: Funded, clock: Clock) -> None:
    bank, order = funded.bank, funded.exchange(funded.ask(30_00))
    line = StatementLine(LineKind.CARD_DEBIT, str(order.id), Fen(30_00))
    transfer = StatementLine(LineKind.TRANSFER, "settlement", Fen(5))
    funded.partners.bank.statements[DAY] = [line, transfer]
    clock.advance(seconds=AFTER_MIDNIGHT_S - 1)
    assert reconcile_days(bank) == 0
    clock.advance(seconds=1)
    assert [reconcile_days(bank), reconcile_days(bank)] == [1, 0]
    strange = Difference(DifferenceKind.UNKNOWN_HERE, "settlement", None, Fen(5), Subject.TRANSFER)
    (kept,) = compared(bank)
    assert (kept.day, kept.made_at, kept.lines) == (2026_11_25, clock(), 2)
    assert (kept.matched, kept.paid_in, kept.paid_out) == (1, Fen(30_00), Fen(0))
    assert (kept.differing, kept.differences) == (1, (strange,))


def test_differences_are_kept_and_read_as_they_were(funded: Funded, clock: Clock) -> None:
    missing = funded.exchange(funded.ask(30_00))
    funded.partners.bank.statements[DAY] = [StatementLine(LineKind.CARD_DEBIT, "x", Fen(7))]
    clock.advance(seconds=AFTER_MIDNIGHT_S)
    reconcile_days(funded.bank)
    (day,) = compared(funded.bank)
    assert day.differing == 2
    assert set(day.differences) == {
        Difference(DifferenceKind.UNKNOWN_HERE, "x", None, Fen(7)),
        Difference(DifferenceKind.MISSING_THERE, str(missing.id), Fen(30_00), None),
    }


def test_of_very_many_differences_the_first_are_kept_and_all_counted(
    funded: Funded, clock: Clock
) -> None:
    many = daily.MOST_KEPT + 5
    funded.partners.bank.statements[DAY] = [
        StatementLine(LineKind.CARD_DEBIT, str(number), Fen(1)) for number in range(many)
    ]
    clock.advance(seconds=AFTER_MIDNIGHT_S)
    reconcile_days(funded.bank)
    (day,) = compared(funded.bank)
    assert (day.differing, len(day.differences)) == (many, daily.MOST_KEPT)


def test_missed_days_are_made_up_for_in_their_order_some_at_a_time(
    bank: Bank, clock: Clock
) -> None:
    clock.advance(days=10, seconds=AFTER_MIDNIGHT_S)
    runs = [reconcile_days(bank) for _ in range(3)]
    assert runs == [daily.AT_A_TIME, 11 - daily.AT_A_TIME, 0]
    wanted = [DAY + timedelta(days=number) for number in range(11)]
    assert days(bank) == [int(f"{day:%Y%m%d}") for day in wanted]


def test_a_bank_that_does_not_answer_is_asked_again_later(funded: Funded, clock: Clock) -> None:
    clock.advance(seconds=AFTER_MIDNIGHT_S)
    funded.partners.bank.away = True
    with pytest.raises(PartnerUnavailable):
        reconcile_days(funded.bank)
    assert days(funded.bank) == []
    funded.partners.bank.away = False
    assert reconcile_days(funded.bank) == 1


def test_after_a_crash_before_the_result_was_kept_the_day_is_compared_alike(
    funded: Funded, clock: Clock
) -> None:
    order = funded.exchange(funded.ask(30_00))
    line = StatementLine(LineKind.CARD_DEBIT, str(order.id), Fen(30_00))
    funded.partners.bank.statements[DAY] = [line]
    clock.advance(seconds=AFTER_MIDNIGHT_S)
    reconcile_days(funded.bank)
    with funded.bank.connection() as connection:
        connection.execute("DELETE FROM bank.reconciliation")
    assert reconcile_days(funded.bank) == 1
    (day,) = compared(funded.bank)
    assert (day.matched, day.differing) == (1, 0)


@pytest.fixture
def linked(bank: Bank, tmp_path: Path, clock: Clock) -> Iterator[Bank]:
    with running_sandbox(tmp_path / "sandbox.db", clock) as client:
        url = str(client.base_url)
        with http_partners(PartnerUrls(url, url, url)) as partners:
            yield replace(bank, partners=partners)


@pytest.mark.slow
def test_the_statement_of_a_bank_over_http_agrees(
    linked: Bank, verified: Holder, clock: Clock
) -> None:
    card = bind_card(linked, verified.session, linked.new_id(), PEOPLE[0].cards[0].number).id
    asked = Asked(linked.new_id(), card, Fen(12_34))
    exchange(linked, verified.person, verified.wallet, verified.key.id, asked)
    clock.advance(days=1, seconds=AFTER_MIDNIGHT_S)
    assert reconcile_days(linked) == 2
    assert [(day.paid_in, day.lines, day.differing) for day in compared(linked)] == [
        (12_34, 1, 0),
        (0, 0, 0),
    ]
