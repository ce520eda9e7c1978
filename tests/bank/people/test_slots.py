"""Limits count for a person: neither closing and opening nor other numbers begin them anew."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.holders import Holder, fill, grant
from tests.bank.paying.orders import order, to
from tests.bank.people.identities import LIMITS, Numbers, limit_tightly, resident_id_of
from tests.bank.people.test_verifying import bind
from zerobar.bank.calendar import CHINA, day_of, year_of
from zerobar.bank.checking import compare
from zerobar.bank.context import Bank
from zerobar.bank.errors import Unavailable
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.people.errors import OverLimit, TooManyWallets
from zerobar.bank.people.model import Category
from zerobar.bank.people.opening import open_further
from zerobar.bank.people.slots import settle_slots, take_slot
from zerobar.bank.people.verifying import raise_category
from zerobar.ledger import LedgerUnavailable
from zerobar.purse.money import Fen

JUST_BEFORE_MIDNIGHT = datetime(2026, 11, 25, 15, 59, 59, tzinfo=UTC)
JUST_BEFORE_NEW_YEAR = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)


class Away:
    """A ledger that does not answer."""

    def post(self, *_: object, **__: object) -> None:
        raise LedgerUnavailable


@pytest.fixture
def mia(bank: Bank, partners: Doubles, clock: Clock, bea: Holder) -> Numbers:
    """Somebody whose wallets may spend 50 fen a day without a name and 100 with one."""
    limit_tightly(bank, clock)
    return Numbers(bank, partners, resident_id_of(1), bea)


@pytest.fixture
def cut_off(bank: Bank) -> Bank:
    """The same bank, whose ledger is away."""
    return replace(bank, ledger=cast(Any, Away()))


def today(mia: Numbers, holder: Holder) -> int:
    return int(mia.used(holder).today)


def deviations(bank: Bank) -> dict[str, tuple[str, ...]]:
    """Return what the checks of limits find wrong; the money itself came from nowhere here."""
    looked_at = {"identities and wallets", "spending and limits"}
    with bank.transaction() as connection:
        checks = {check.name: check.deviations for check in compare(connection)}
    return {name: found for name, found in checks.items() if found and name in looked_at}


def test_a_second_number_goes_on_with_what_the_first_has_spent(mia: Numbers) -> None:
    first = mia.number(1)
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    second = mia.number(2)
    mia.verify(second)
    assert today(mia, second) == 100
    assert not mia.spend(second, 1)


def test_what_was_spent_without_a_name_is_added(mia: Numbers) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 60) and mia.spend(second, 39)
    mia.close(first)
    mia.verify(second)
    assert (today(mia, second), mia.used(second).this_year) == (99, 99)
    assert mia.spend(second, 1) and not mia.spend(second, 1)


def test_both_together_may_be_more_than_one_wallet_may_and_then_nothing_is_left(
    mia: Numbers,
) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 100) and mia.spend(second, 50)
    mia.close(first)
    mia.verify(second)
    assert today(mia, second) == 150
    assert not mia.spend(second, 1)


def test_a_further_wallet_on_the_second_number_goes_on_as_well(mia: Numbers) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    mia.verify(second)
    assert mia.spend(first, 70)
    mia.close(first)
    further = mia.further(second)
    assert mia.wallet(further).category is Category.III
    assert today(mia, further) == 70
    assert (mia.spend(further, 31), mia.spend(further, 30)) == (False, True)


def test_a_wallet_closed_before_its_holder_was_known_is_counted_on_with_the_slot(
    mia: Numbers,
) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 30) and mia.spend(second, 50)
    mia.close(first)
    mia.close(second)
    mia.verify(second)
    further = mia.further(second)
    assert today(mia, further) == 80
    another = mia.further(second)
    assert today(mia, another) == 0


def test_each_of_four_wallets_hands_on_its_own_count_and_only_once(mia: Numbers) -> None:
    first = mia.number(1)
    mia.verify(first)
    wallets = [first, *(mia.further(first) for _ in range(3))]
    for amount, wallet in enumerate(wallets, start=1):
        assert mia.spend(wallet, amount)
    for wallet in wallets[1:]:
        mia.close(wallet)
    second = mia.number(2)
    mia.verify(second)
    others = [second, *(mia.further(second) for _ in range(2))]
    assert [today(mia, wallet) for wallet in others] == [2, 3, 4]
    with pytest.raises(TooManyWallets):
        mia.further(second)


def test_two_that_are_opened_anew_on_one_number_go_on_with_one_count_each(mia: Numbers) -> None:
    first = mia.number(1)
    mia.verify(first)
    wallets = [first, mia.further(first)]
    for amount, wallet in enumerate(wallets, start=1):
        assert mia.spend(wallet, amount)
        mia.close(wallet)
    assert [today(mia, mia.further(first)) for _ in range(3)] == [1, 2, 0]


def test_raising_a_wallet_begins_nothing_anew(bank: Bank, mia: Numbers) -> None:
    first = mia.number(1)
    assert mia.spend(first, 50) and not mia.spend(first, 1)
    mia.verify(first)
    assert mia.spend(first, 50) and not mia.spend(first, 1)
    bind(bank, first)
    raise_category(bank, first.session, first.wallet, Category.II)
    assert mia.spend(first, 50) and not mia.spend(first, 1)
    assert today(mia, first) == 150


@pytest.mark.parametrize(
    "moment, left", [(JUST_BEFORE_MIDNIGHT, (0, 100)), (JUST_BEFORE_NEW_YEAR, (0, 0))]
)
def test_the_day_and_the_year_begin_anew_at_midnight_in_china_and_not_by_another_number(
    mia: Numbers, clock: Clock, moment: datetime, left: tuple[int, int]
) -> None:
    clock.time = moment
    first = mia.number(1)
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    clock.advance(seconds=1)
    second = mia.number(2)
    mia.verify(second)
    used = mia.used(second)
    assert (used.today, used.this_year) == left


def test_the_desk_and_the_express_pay_no_more_for_the_second_number(
    bank: Bank, mia: Numbers, bea: Holder
) -> None:
    """The desk has paid from the wallet before, so that it remembers whose it is."""
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 90)
    fill(bank, second.wallet, Fen(100))
    mia.close(first)
    with PaymentDesk(bank) as desk:
        assert desk.submit(order(bank, second, to(bea), 5)).result().amount == 5
        mia.verify(second)
        assert desk.submit(order(bank, second, to(bea), 5)).result().amount == 5
        with pytest.raises(OverLimit) as refused:
            desk.submit(order(bank, second, to(bea), 1)).result()
    assert refused.value.facts["left_fen"] == 0
    with pytest.raises(OverLimit):
        pay_now(bank, order(bank, second, to(bea), 1))


def test_two_numbers_that_want_one_slot_at_once_do_not_both_get_it(mia: Numbers) -> None:
    first = mia.number(1)
    mia.verify(first)
    spare, _, _ = (mia.further(first) for _ in range(3))
    assert mia.spend(spare, 80)
    mia.close(spare)
    others = [mia.number(2), mia.number(3)]

    def verified(holder: Holder) -> bool:
        try:
            mia.verify(holder)
        except TooManyWallets:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(verified, others))
    assert sorted(outcomes) == [False, True]
    winner, loser = sorted(others, key=lambda holder: outcomes[others.index(holder)], reverse=True)
    assert (today(mia, winner), mia.wallet(winner).category) == (80, Category.III)
    assert (today(mia, loser), mia.wallet(loser).category) == (0, Category.IV)
    assert deviations(mia.bank) == {}


def test_who_finds_a_slot_free_that_another_one_is_taking_waits_and_gets_nothing(
    bank: Bank, mia: Numbers
) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    spare, _, _ = (mia.further(first) for _ in range(3))
    mia.close(spare)
    with ThreadPoolExecutor(1) as threads:
        with bank.transaction() as connection:
            take_slot(bank, connection, first.person, bank.new_id())
            verified = threads.submit(mia.verify, second)
            while not (waits(bank) or verified.done()):
                time.sleep(0.01)
        with pytest.raises(TooManyWallets):
            verified.result()
    assert mia.wallet(second).category is Category.IV


def waits(bank: Bank) -> bool:
    """Return whether somebody waits for another one's transaction."""
    with bank.connection() as connection:
        row = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event = 'transactionid'"
        ).fetchone()
    return row is not None


def test_a_program_that_ends_between_leaves_a_wallet_that_may_do_less(
    bank: Bank, cut_off: Bank, mia: Numbers
) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    with pytest.raises(LedgerUnavailable):
        replace(mia, bank=cut_off).verify(second)
    assert mia.wallet(second).category is Category.IV
    assert deviations(bank) == {}
    for _ in range(2):
        mia.verify(second)
        assert (mia.wallet(second).category, today(mia, second)) == (Category.III, 100)
    assert deviations(bank) == {}


def test_a_further_wallet_whose_opening_was_cut_is_finished_by_asking_again(
    bank: Bank, cut_off: Bank, mia: Numbers
) -> None:
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 30) and mia.spend(second, 50)
    for holder in (first, second):
        mia.close(holder)
    mia.verify(second)
    wallet_id = bank.new_id()
    grant(bank, second)
    with pytest.raises(LedgerUnavailable):
        open_further(cut_off, second.session, wallet_id, "")
    opened = open_further(bank, second.session, wallet_id, "")
    assert (opened.id, opened.category) == (wallet_id, Category.III)
    assert today(mia, replace(second, wallet=wallet_id)) == 80


def test_what_was_cut_is_counted_on_even_if_the_wallet_is_closed_and_a_third_number_follows(
    bank: Bank, cut_off: Bank, mia: Numbers, clock: Clock
) -> None:
    first, second, third = (mia.number(phone) for phone in (1, 2, 3))
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    with pytest.raises(LedgerUnavailable):
        replace(mia, bank=cut_off).verify(second)
    assert mia.spend(second, 20)
    mia.close(second)
    mia.verify(third)
    assert today(mia, third) == 120
    assert today(mia, second) == 120
    fourth = mia.further(second)
    assert today(mia, fourth) == 0
    assert deviations(bank) == {}


def test_a_wallet_that_is_not_settled_cannot_be_raised_past_it(
    bank: Bank, cut_off: Bank, mia: Numbers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if another request had taken the slot just after this one had looked."""
    first, second = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    bind(bank, second)
    with pytest.raises(LedgerUnavailable):
        replace(mia, bank=cut_off).verify(second)
    with monkeypatch.context() as patched:
        patched.setattr("zerobar.bank.people.verifying.settle_slots", lambda *_: None)
        with pytest.raises(Unavailable):
            raise_category(bank, second.session, second.wallet, Category.II)
    raised = raise_category(bank, second.session, second.wallet, Category.II)
    assert (raised.category, today(mia, second)) == (Category.II, 100)


def test_another_identity_has_limits_of_its_own(bank: Bank, mia: Numbers) -> None:
    first, other = mia.number(1), mia.number(2)
    mia.verify(first)
    assert mia.spend(first, 100)
    mia.close(first)
    replace(mia, resident_id=resident_id_of(2)).verify(other)
    assert today(mia, other) == 0


def test_settling_again_and_for_somebody_without_a_name_changes_nothing(
    bank: Bank, mia: Numbers
) -> None:
    first = mia.number(1)
    for _ in range(2):
        settle_slots(bank, first.person)
    assert mia.wallet(first).category is Category.IV


Step = tuple[str, int]
steps = st.lists(
    st.one_of(
        st.tuples(st.just("spend"), st.sampled_from((1, 20, 49, 50, 51, 99, 100, 101))),
        st.tuples(st.just("move"), st.integers(0, 2)),
        st.tuples(st.just("verify"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 30)),
    ),
    min_size=4,
    max_size=24,
)
drawn = iter(range(2, 1_000))


@dataclass
class Mover:
    """Somebody who has one wallet at a time and moves it from number to number.

    Attributes:
        shared: what the identity has spent, by day and year.
        alone: what each number has spent, as long as nobody knew whose it is.
    """

    mia: Numbers
    first_phone: int
    holders: dict[int, Holder] = field(default_factory=dict)
    verified: set[int] = field(default_factory=set)
    here: int = 0
    shared: dict[int, int] = field(default_factory=dict)
    alone: dict[int, dict[int, int]] = field(default_factory=dict)

    def move(self, number: int) -> None:
        """Close the wallet that there is, and open one on a number."""
        if self.here in self.holders:
            self.mia.close(self.holders[self.here])
        self.here = number
        if number in self.holders:
            self.holders[number] = self.mia.further(self.holders[number])
        else:
            self.holders[number] = self.mia.number(self.first_phone + number)

    def verify(self, _: int) -> None:
        """Show one's name on this number; from then on it spends what the others spend."""
        self.mia.verify(self.holders[self.here])
        if self.here not in self.verified:
            for period, amount in self.alone.pop(self.here, {}).items():
                self.shared[period] = self.shared.get(period, 0) + amount
        self.verified.add(self.here)

    def spend(self, amount: int) -> None:
        """Spend; it goes exactly as far as the limits go."""
        limits = LIMITS[self._category]
        assert limits.per_day is not None and limits.per_year is not None
        day, year = self._periods
        spent = self._spent
        fits = (
            spent.get(day, 0) + amount <= limits.per_day
            and spent.get(year, 0) + amount <= limits.per_year
        )
        assert self.mia.spend(self.holders[self.here], amount) == fits
        if fits:
            for period in self._periods:
                spent[period] = spent.get(period, 0) + amount

    def check(self) -> None:
        """Compare with what the bank has counted."""
        used = self.mia.used(self.holders[self.here])
        day, year = self._periods
        assert (used.today, used.this_year) == (self._spent.get(day, 0), self._spent.get(year, 0))
        assert self.mia.wallet(self.holders[self.here]).category is self._category

    @property
    def _category(self) -> Category:
        return Category.III if self.here in self.verified else Category.IV

    @property
    def _spent(self) -> dict[int, int]:
        if self.here in self.verified:
            return self.shared
        return self.alone.setdefault(self.here, {})

    @property
    def _periods(self) -> tuple[int, int]:
        now = self.mia.bank.clock()
        return day_of(now), year_of(now)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_one_wallet_at_a_time_spends_no_more_however_often_it_moves(
    mia: Numbers, clock: Clock, steps: list[Step]
) -> None:
    number = next(drawn)
    mover = Mover(replace(mia, resident_id=resident_id_of(number)), number * 10)
    # Some hours before a year ends in China, so that both ends come into it.
    clock.time = datetime(clock().year + 1, 12, 31, 12, tzinfo=CHINA)
    mover.move(0)
    for what, amount in steps:
        if what == "wait":
            clock.advance(hours=amount)
        else:
            getattr(mover, what)(amount)
        mover.check()
    assert deviations(mia.bank) == {}
