from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant, move, open_holder
from tests.bank.paying.orders import order, to
from zerobar.bank.calendar import CHINA
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, InvalidInput
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.people.limits import (
    NO_LIMITS,
    STANDARD,
    Limits,
    add_version,
    check_payment,
    counters_for,
    exceeded,
    limit_table,
    limits_at,
    used_at,
)
from zerobar.bank.people.model import Category
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.reading import read_limits
from zerobar.ledger import Posted, Result, Transfer
from zerobar.purse.money import Fen

WALLET = UUID("0190f7a0-0000-7000-8000-0000000000aa")
TIGHT = Limits(Fen(50_00), Fen(10_00), Fen(20_00), Fen(30_00), bank_withdrawal=False)


def spend(bank: Bank, holder: Holder, amount: Fen, limits: Limits) -> Posted:
    """Post what the limits allow, as paying does."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    transfer = Transfer(bank.new_id(), holder.wallet, vault, amount, int(TransferCode.PAYMENT))
    counters = counters_for(holder.wallet, limits, amount, bank.clock())
    (posted,) = bank.ledger.post(transfer, counters=counters)
    return posted


def in_yuan(limits: Limits) -> tuple[int | None, ...]:
    amounts = (limits.balance, limits.per_payment, limits.per_day, limits.per_year)
    yuan = (None if amount is None else amount // 100 for amount in amounts)
    return (*yuan, limits.bank_withdrawal)


def test_the_published_table_is_the_standard() -> None:
    yuan = {category: in_yuan(limits) for category, limits in STANDARD.items()}
    assert yuan == {
        Category.MERCHANT: (None, None, None, None, True),
        Category.I: (None, None, None, None, True),
        Category.II: (500_000, 50_000, 100_000, None, True),
        Category.III: (20_000, 5_000, 10_000, None, False),
        Category.IV: (10_000, 2_000, 5_000, 50_000, False),
    }


@given(amount=st.integers(1, 10**9), limit=st.integers(1, 10**9))
def test_one_payment_may_be_exactly_the_limit_and_no_more(amount: int, limit: int) -> None:
    limits = Limits(None, Fen(limit), None, None, bank_withdrawal=True)
    if amount <= limit:
        check_payment(limits, Fen(amount))
    else:
        with pytest.raises(OverLimit):
            check_payment(limits, Fen(amount))


@given(
    seconds=st.integers(-120, 120),
    day=st.dates(date(2024, 1, 1), date(2032, 1, 1)),
)
def test_a_day_and_a_year_end_at_midnight_in_china(seconds: int, day: date) -> None:
    midnight = datetime.combine(day, time(), CHINA)
    moment = (midnight + timedelta(seconds=seconds)).astimezone(UTC)
    by_day, by_year = counters_for(WALLET, TIGHT, Fen(1), moment)
    local = midnight if seconds >= 0 else midnight - timedelta(days=1)
    assert by_day.period == int(f"{local:%Y%m%d}")
    assert by_year.period == local.year
    assert {by_day.key, by_year.key} == {WALLET}


@given(used=st.integers(0, 60_00), amount=st.integers(1, 60_00))
def test_what_is_left_is_never_below_nothing(used: int, amount: int) -> None:
    counters = counters_for(WALLET, TIGHT, Fen(amount), datetime(2026, 1, 1, tzinfo=UTC))
    refusals = [exceeded(counter, used) for counter in counters]
    assert [r.facts["limit"] for r in refusals] == ["per-day", "per-year"]
    assert [r.facts["left_fen"] for r in refusals] == [
        max(0, 20_00 - used),
        max(0, 30_00 - used),
    ]


def test_what_has_no_limit_is_not_counted() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert counters_for(WALLET, NO_LIMITS, Fen(1), moment) == ()
    two = counters_for(WALLET, STANDARD[Category.II], Fen(1), moment)
    assert [counter.period for counter in two] == [20260101]


def test_the_ledger_spends_up_to_the_day_s_limit_and_anew_after_midnight(
    bank: Bank, clock: Clock, anna: Holder
) -> None:
    fill(bank, anna.wallet, Fen(100_00))
    clock.time = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
    assert [spend(bank, anna, Fen(10_00), TIGHT).ok for _ in range(2)] == [True, True]
    over = spend(bank, anna, Fen(1), TIGHT)
    assert (over.result, over.counter) == (Result.COUNTER_EXCEEDED, 0)
    clock.advance(seconds=1)
    assert spend(bank, anna, Fen(10_00), TIGHT).ok
    over = spend(bank, anna, Fen(1), TIGHT)
    assert (over.result, over.counter) == (Result.COUNTER_EXCEEDED, 1)


def test_the_year_begins_anew_on_the_first_of_january_in_china(
    bank: Bank, clock: Clock, anna: Holder
) -> None:
    fill(bank, anna.wallet, Fen(100_00))
    clock.time = datetime(2026, 12, 30, 12, tzinfo=UTC)
    assert spend(bank, anna, Fen(20_00), TIGHT).ok
    clock.time = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert not spend(bank, anna, Fen(10_01), TIGHT).ok
    clock.advance(seconds=1)
    assert spend(bank, anna, Fen(10_01), TIGHT).ok


def test_a_holder_sees_what_is_used_of_the_limits(bank: Bank, clock: Clock, anna: Holder) -> None:
    fill(bank, anna.wallet, Fen(100_00))
    spend(bank, anna, Fen(7_00), STANDARD[Category.IV])
    clock.advance(days=1)
    spend(bank, anna, Fen(5_00), STANDARD[Category.IV])
    found = read_limits(bank, anna.person, anna.wallet)
    assert found.limits == STANDARD[Category.IV]
    assert (found.used.today, found.used.this_year) == (5_00, 12_00)


def test_closing_and_opening_wallets_begins_no_limit_anew(
    bank: Bank, clock: Clock, bea: Holder
) -> None:
    anna = open_holder(bank, "+8613800000009")
    grant(bank, anna)
    pay_day_s_limit(bank, anna, bea)
    close_wallet(bank, anna.session, anna.wallet)
    second = further(bank, anna)
    with pytest.raises(OverLimit):
        pay_now(bank, order(bank, second, to(bea), 1))
    assert read_limits(bank, anna.person, second.wallet).used.today == 5_000_00
    clock.advance(days=1)
    grant(bank, second)
    pay_day_s_limit(bank, second, bea)
    used = read_limits(bank, anna.person, second.wallet).used
    assert (used.today, used.this_year) == (5_000_00, 10_000_00)


def test_wallets_that_are_open_side_by_side_have_a_limit_each_and_hand_it_on_once(
    bank: Bank, bea: Holder
) -> None:
    anna = open_holder(bank, "+8613800000009")
    second = further(bank, anna)
    for wallet in (anna, second):
        pay_day_s_limit(bank, wallet, bea)
        close_wallet(bank, wallet.session, wallet.wallet)
    third, fourth = further(bank, anna), further(bank, anna)
    for wallet in (third, fourth):
        with pytest.raises(OverLimit):
            pay_now(bank, order(bank, wallet, to(bea), 1))
    pay_day_s_limit(bank, further(bank, anna), bea)


def further(bank: Bank, holder: Holder) -> Holder:
    """Open another wallet, give the PIN for it, and put money in."""
    grant(bank, holder)
    opened = open_further(bank, holder.session, bank.new_id(), "Further")
    another = replace(holder, wallet=opened.id, number=opened.number)
    grant(bank, another)
    fill(bank, opened.id, Fen(1_00))
    return another


def pay_day_s_limit(bank: Bank, payer: Holder, payee: Holder) -> None:
    """Pay all that a category IV wallet may in a day; nothing of it stays with the payee."""
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    has = balance(bank, payer.wallet)
    if has < 5_000_00:
        fill(bank, payer.wallet, Fen(5_000_00 - has))
    for amount in (2_000_00, 2_000_00, 1_000_00):
        pay_now(bank, order(bank, payer, to(payee), amount))
    move(bank, payee.wallet, vault, Fen(5_000_00), TransferCode.SAVE_TO_BANK)


def test_what_is_refused_is_not_used(bank: Bank, anna: Holder) -> None:
    fill(bank, anna.wallet, Fen(1_00))
    assert spend(bank, anna, Fen(2_00), TIGHT).result is Result.BELOW_FLOOR
    with bank.connection() as connection:
        assert used_at(connection, anna.wallet, bank.clock()).today == 0


def test_a_new_version_is_valid_from_its_moment_on(bank: Bank, clock: Clock) -> None:
    soon = clock() + timedelta(hours=1)
    with bank.transaction() as connection:
        add_version(connection, bank.operator_id, soon, {Category.IV: TIGHT}, clock())
    with bank.connection() as connection:
        before = limits_at(
            connection, bank.operator_id, Category.IV, soon - timedelta(microseconds=1)
        )
        after = limit_table(connection, bank.operator_id, soon)
    assert before == STANDARD[Category.IV]
    assert after[Category.IV] == TIGHT and after[Category.III] == STANDARD[Category.III]


def test_a_version_is_stored_once_and_never_changes_the_past(bank: Bank, clock: Clock) -> None:
    soon = clock() + timedelta(hours=1)
    with bank.transaction() as connection:
        for _ in range(2):
            add_version(connection, bank.operator_id, soon, {Category.IV: TIGHT}, clock())
        with pytest.raises(IdUsed):
            add_version(connection, bank.operator_id, soon, {Category.IV: NO_LIMITS}, clock())
        with pytest.raises(InvalidInput):
            add_version(
                connection,
                bank.operator_id,
                clock() - timedelta(seconds=1),
                {Category.IV: TIGHT},
                clock(),
            )
