"""Whether the bank's figures are kept, thinned with age, and told to its staff."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.bank.conftest import Clock
from tests.bank.console.conftest import Asker
from tests.bank.employees import Employee
from tests.bank.staff.asking import Client, as_, problem
from tests.bank.syncing.village import Village, Villager
from zerobar.bank.authority.supply import supply
from zerobar.bank.context import Bank
from zerobar.bank.health.figures import SPANS, note_figures
from zerobar.client.console_control import FiguresSpan

pytestmark = pytest.mark.slow
PATH = "/v1/console/figures"


def figures(ask: Asker, who: Employee, span: str = "hour") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ask.get(who, PATH, span=span)["items"]
    return items


def kept(bank: Bank) -> list[datetime]:
    with bank.connection() as connection:
        rows = connection.execute("SELECT at FROM bank.figures ORDER BY at").fetchall()
    return [at for (at,) in rows]


def keep_readings(bank: Bank, moments: list[datetime]) -> None:
    """Have readings of those moments, all of them like the newest."""
    note_figures(bank)
    with bank.connection() as connection:
        for moment in moments:
            connection.execute(
                "INSERT INTO bank.figures SELECT (f).* FROM (SELECT jsonb_populate_record("
                "t, jsonb_build_object('at', %s::timestamptz)) f FROM bank.figures t"
                " ORDER BY at DESC LIMIT 1) x ON CONFLICT DO NOTHING",
                (moment,),
            )


def test_a_bank_that_has_just_begun_has_no_figures_yet(ask: Asker, clerk: Employee) -> None:
    told = ask.get(clerk, PATH, span="day")
    assert told["items"] == [] and told["step_s"] == 300
    assert told["since"] < told["until"]


def test_a_minutes_reading_is_what_the_supply_and_the_queues_are(
    ask: Asker, clerk: Employee, village: Village, alice: Villager, bob: Villager
) -> None:
    village.pay(alice, bob, 12_50)
    village.sync(alice)
    assert note_figures(village.bank) == 1
    (shown,) = figures(ask, clerk)
    money = supply(village.bank)
    assert shown["issued_fen"] == money.issued
    held = ("wallets_fen", "merchants_fen", "float_fen", "vaults_fen")
    assert sum(shown[name] for name in held) == money.issued
    assert (shown["in_flight"], shown["in_flight_fen"], shown["due_fen"]) == (1, 12_50, 0)
    assert shown["vouchers_open"] == 1 and shown["vouchers_due"] == shown["webhooks_due"] == 0


def test_a_reading_counts_what_was_asked_and_what_went_wrong(
    ask: Asker, clerk: Employee, client: Client, bank: Bank, clock: Clock
) -> None:
    note_figures(bank)
    client.get("/v1/supply", headers=as_(clerk.token))
    clock.advance(minutes=1)
    note_figures(bank)
    before, after = figures(ask, clerk)
    assert after["requests"] > before["requests"] and after["errors"] == before["errors"]
    assert after["answers"] > before["answers"] and after["answers_s"] > before["answers_s"]


def test_a_minute_is_read_once_and_a_minute_without_the_bank_is_missing(
    ask: Asker, clerk: Employee, bank: Bank, clock: Clock
) -> None:
    assert [note_figures(bank), note_figures(bank)] == [1, 0]
    clock.advance(minutes=1)
    assert note_figures(bank) == 1
    clock.advance(minutes=20)
    assert note_figures(bank) == 1
    first, second, third = (datetime.fromisoformat(each["at"]) for each in figures(ask, clerk))
    assert (second - first, third - second) == (timedelta(minutes=1), timedelta(minutes=20))


def test_after_a_day_an_hours_first_reading_is_kept_and_after_ninety_days_none(
    bank: Bank, clock: Clock
) -> None:
    now = clock().replace(minute=0, second=0, microsecond=0)
    ages = [timedelta(minutes=m) for m in (5, 59, 60, 24 * 60)]
    recent = [now - age for age in ages]
    yesterday = [now - timedelta(hours=30) + timedelta(minutes=m) for m in (10, 11, 40)]
    long_ago = [now - timedelta(days=89, minutes=20), now - timedelta(days=91)]
    keep_readings(bank, recent + yesterday + long_ago)
    clock.advance(minutes=1)
    note_figures(bank)
    left = set(kept(bank))
    assert set(recent) <= left and left.isdisjoint(yesterday[1:])
    assert yesterday[0] in left and long_ago[0] in left and long_ago[1] not in left


@pytest.mark.parametrize("span", list(FiguresSpan))
def test_a_span_has_at_most_one_reading_in_each_step_and_the_newest_of_all(
    ask: Asker, clerk: Employee, bank: Bank, clock: Clock, span: FiguresSpan
) -> None:
    keep_readings(bank, [clock() - timedelta(minutes=m) for m in range(0, 24 * 60, 7)])
    keep_readings(bank, [clock() - timedelta(hours=h) for h in range(24, 90 * 24, 5)])
    length, step = SPANS[span]
    moments = [datetime.fromisoformat(each["at"]) for each in figures(ask, clerk, span)]
    assert moments == sorted(moments) and moments[-1] == max(kept(bank))
    assert clock() - length < moments[0]
    steps = [int(moment.timestamp() // step.total_seconds()) for moment in moments]
    assert len(set(steps)) == len(steps) <= length / step + 1


def test_figures_are_for_every_member_of_staff_and_for_nobody_else(
    ask: Asker, client: Client, clerk: Employee, operations: Employee, risk: Employee
) -> None:
    for who in (clerk, operations, risk):
        assert figures(ask, who) == []
    assert client.get(PATH, params={"span": "day"}).status_code == 401
    answer = client.get(PATH, params={"span": "year"}, headers=as_(clerk.token))
    assert problem(answer, 400) == "invalid-input"
