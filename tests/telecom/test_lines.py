from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from tests.telecom.conftest import NUMBER, PLAN, Clock
from zerobar.purse.money import Fen
from zerobar.telecom import (
    EntryKind,
    Line,
    LineStatus,
    Plan,
    Source,
    Telecom,
    account,
    bill_month,
    month_of,
    open_line,
    plans,
    set_plan,
    suspend_overdue,
    top_up,
)
from zerobar.telecom import line as line_now
from zerobar.telecom.errors import LineExists, LineUnknown, PlanUnknown


def test_a_line_is_opened_once(telecom: Telecom, line: Line) -> None:
    assert open_line(telecom, NUMBER, PLAN.name) == line
    set_plan(telecom, Plan("Large", Fen(12_900)))
    with pytest.raises(LineExists):
        open_line(telecom, NUMBER, "Large")
    with pytest.raises(PlanUnknown):
        open_line(telecom, NUMBER, "Huge")
    with pytest.raises(LineUnknown):
        line_now(telecom, "+8613800000099")
    assert [plan.name for plan in plans(telecom)] == ["Basic", "Large"]


def test_a_month_is_billed_once(telecom: Telecom, line: Line) -> None:
    assert bill_month(telecom, "202611") == 1
    assert bill_month(telecom, "202611") == 0
    assert bill_month(telecom, "202612") == 1
    assert [
        (e.reference, e.amount_fen, e.balance_fen) for e in account(telecom, NUMBER, None, 9)
    ] == [
        ("202612", -3_900, -7_800),
        ("202611", -3_900, -3_900),
    ]
    assert line_now(telecom, NUMBER).arrears == 7_800


def test_a_line_in_arrears_is_cut_off_step_by_step_and_only_once_each(
    telecom: Telecom, line: Line, clock: Clock
) -> None:
    bill_month(telecom, month_of(telecom.today()))
    steps = []
    for day in range(100):
        done = suspend_overdue(telecom)
        steps += [(day, status) for status, numbers in done.items() if numbers]
        clock.advance(days=1)
    assert steps == [
        (3, LineStatus.SUSPENDED_ONE_WAY),
        (15, LineStatus.SUSPENDED_TWO_WAY),
        (90, LineStatus.CLOSED),
    ]


def test_a_line_that_was_overdue_for_long_is_cut_off_at_once(
    telecom: Telecom, line: Line, clock: Clock
) -> None:
    bill_month(telecom, "202611")
    clock.advance(days=20)
    done = suspend_overdue(telecom)
    assert done[LineStatus.SUSPENDED_TWO_WAY] == [NUMBER]
    assert done[LineStatus.SUSPENDED_ONE_WAY] == []


def test_paying_everything_brings_the_line_back_at_once_and_a_part_does_not(
    telecom: Telecom, line: Line, clock: Clock
) -> None:
    bill_month(telecom, "202611")
    clock.advance(days=20)
    suspend_overdue(telecom)
    part = top_up(telecom, _id(1), NUMBER, Fen(3_000), Source.ORDER)
    assert not part.resumed
    assert line_now(telecom, NUMBER).status is LineStatus.SUSPENDED_TWO_WAY
    whole = top_up(telecom, _id(2), NUMBER, Fen(900), Source.ORDER)
    assert whole.resumed
    now = line_now(telecom, NUMBER)
    assert (now.status, now.balance_fen, now.overdue_since) == (LineStatus.ACTIVE, 0, None)
    assert suspend_overdue(telecom)[LineStatus.SUSPENDED_TWO_WAY] == []


def test_arrears_count_from_the_day_they_began_and_anew_after_they_were_paid(
    telecom: Telecom, line: Line, clock: Clock
) -> None:
    bill_month(telecom, "202611")
    first = line_now(telecom, NUMBER).overdue_since
    clock.advance(days=1)
    bill_month(telecom, "202612")
    assert line_now(telecom, NUMBER).overdue_since == first
    top_up(telecom, _id(1), NUMBER, Fen(7_800), Source.ORDER)
    clock.advance(days=40)
    bill_month(telecom, "202701")
    assert line_now(telecom, NUMBER).overdue_since == telecom.today()


def test_two_billing_runs_at_once_bill_each_line_once(telecom: Telecom) -> None:
    numbers = [f"+86138000001{n:02d}" for n in range(30)]
    for number in numbers:
        open_line(telecom, number, PLAN.name)
    with ThreadPoolExecutor(3) as threads:
        billed = list(threads.map(lambda _: bill_month(telecom, "202611"), range(3)))
    assert sum(billed) == 30
    assert {line_now(telecom, number).balance_fen for number in numbers} == {-3_900}


def test_a_closed_line_is_billed_no_more(telecom: Telecom, line: Line, clock: Clock) -> None:
    bill_month(telecom, "202611")
    clock.advance(days=91)
    suspend_overdue(telecom)
    assert bill_month(telecom, "202702") == 0
    kinds = [entry.kind for entry in account(telecom, NUMBER, None, 9)]
    assert kinds == [EntryKind.BILL]


def _id(number: int) -> UUID:
    return UUID(int=number)
