from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterable, Iterator
from uuid import UUID

import psycopg
import pytest

from tests.ledger.conftest import BEGINNING, Clock, Connect, Connection
from tests.ledger.worlds import KEYS, SOURCE, WALLETS
from zerobar.ledger import (
    Account,
    Closing,
    Counter,
    GroupingPoster,
    LedgerBusy,
    LedgerUnavailable,
    Posted,
    Poster,
    Posting,
    Result,
    Transfer,
    balance,
    grouping,
    open_accounts,
    read_counter,
    read_counters,
    trial_balance,
)
from zerobar.ledger.recent import Recent
from zerobar.purse.money import Fen

ALICE, BO, CAFE, _ = WALLETS
DAY = KEYS[0]


@pytest.fixture
def ledger(poster: Poster) -> Iterator[GroupingPoster]:
    with GroupingPoster(poster) as grouping_poster:
        yield grouping_poster


def transfer(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount))


def test_many_threads_never_push_an_account_below_its_floor(
    ledger: GroupingPoster, reading: Connection
) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 1000))
    told: list[Posted] = []

    def spend(first: int) -> None:
        drawn = random.Random(first)
        for number in range(first, first + 100):
            told.extend(ledger.post(transfer(number, ALICE, BO, drawn.randint(1, 9))))

    _in_threads(spend, range(1000, 9000, 1000))
    spent = balance(reading, BO).balance
    assert 990 <= spent <= 1000
    assert balance(reading, ALICE).balance == 1000 - spent
    assert {p.result for p in told} == {Result.POSTED, Result.BELOW_FLOOR}
    assert trial_balance(reading).balanced


def test_the_same_transfer_from_many_threads_posts_once(
    ledger: GroupingPoster, reading: Connection
) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 1000))
    told: list[Posted] = []

    def insist(_: int) -> None:
        told.extend(ledger.post(transfer(2, ALICE, BO, 10)))

    _in_threads(insist, range(16))
    assert [p.result for p in told] == [Result.POSTED] * 16
    assert sum(not p.repeated for p in told) == 1
    assert balance(reading, BO).balance == 10


def test_many_threads_never_push_a_counter_above_its_limit(
    ledger: GroupingPoster, reading: Connection
) -> None:
    """A daily limit of 1000 for one key, and a code for each payment that is used up by it."""
    told: list[Posted] = []

    def spend(first: int) -> None:
        drawn = random.Random(first)
        for number in range(first, first + 100):
            amount = drawn.randint(1, 9)
            limit, code = Counter(DAY, 20261125, amount, 1000), Counter(UUID(int=number), 0, 1, 1)
            told.extend(ledger.post(transfer(number, SOURCE, BO, amount), counters=(limit, code)))

    _in_threads(spend, range(1000, 9000, 1000))
    spent = balance(reading, BO).balance
    assert 990 <= spent <= 1000
    assert read_counter(reading, DAY, 20261125) == spent
    used = [UUID(int=n) for first in range(1000, 9000, 1000) for n in range(first, first + 100)]
    counted = read_counters(reading, [(key, 0) for key in used])
    assert sum(counted.values()) == sum(p.ok for p in told)
    assert {p.result for p in told} == {Result.POSTED, Result.COUNTER_EXCEEDED}


def test_of_many_that_use_one_code_one_is_posted(
    ledger: GroupingPoster, reading: Connection
) -> None:
    told: list[Posted] = []

    def use(number: int) -> None:
        told.extend(ledger.post(transfer(number, SOURCE, BO, 5), counters=(Counter(DAY, 0, 1, 1),)))

    _in_threads(use, range(1, 33))
    assert sum(p.ok for p in told) == 1
    assert balance(reading, BO).balance == 5


def _in_threads(work: object, arguments: Iterable[int]) -> None:
    assert callable(work)
    threads = [threading.Thread(target=work, args=(a,)) for a in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)


def test_tasks_post_too(ledger: GroupingPoster) -> None:
    async def together() -> list[list[Posted]]:
        return await asyncio.gather(
            *(ledger.post_async(transfer(n, SOURCE, ALICE, 1)) for n in range(1, 200))
        )

    assert all(told[0].ok for told in asyncio.run(together()))


def test_a_lost_connection_is_no_lost_transfer(ledger: GroupingPoster, reading: Connection) -> None:
    """Whatever had been committed when the connection went is found again by its id."""
    ledger.post(transfer(1, SOURCE, ALICE, 5000))
    answers = []
    for number in range(2, 1002):
        answers.append(ledger.submit(transfer(number, ALICE, BO, 1)))
        if number % 100 == 0:
            _cut_connections(reading)
    assert all(answer.result(60)[0].result is Result.POSTED for answer in answers)
    assert balance(reading, BO).balance == 1000
    assert trial_balance(reading).balanced


def _cut_connections(reading: Connection) -> None:
    reading.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


def test_transfers_of_long_ago_are_found_again(
    ledger: GroupingPoster, poster: Poster, reading: Connection
) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 100))
    poster._judge.recent = Recent()
    told = [ledger.submit(transfer(1, SOURCE, ALICE, 100)), ledger.submit(_spend(2))]
    assert [t.result(30)[0].result for t in told] == [Result.POSTED] * 2
    assert balance(reading, ALICE).balance == 90


def _spend(number: int) -> Transfer:
    return transfer(number, ALICE, BO, 10)


def test_an_unknown_outcome_is_told_and_the_same_transfer_settles_it(
    opened: Connect, reading: Connection, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "GIVE_UP_AFTER_S", 0.2)
    gone = threading.Event()

    def unsteady() -> Connection:
        if gone.is_set():
            raise psycopg.OperationalError("the server is gone")
        return opened()

    with GroupingPoster(Poster(unsteady, clock)) as ledger:
        ledger.post(transfer(1, SOURCE, ALICE, 100))
        gone.set()
        _cut_connections(reading)
        with pytest.raises(LedgerUnavailable, match="same id again"):
            ledger.submit(_spend(2)).result(30)
        gone.clear()
        assert ledger.post(_spend(2))[0].ok
    assert balance(reading, BO).balance == 10


def test_invalid_more_than_can_wait(
    ledger: GroupingPoster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "MAX_WAITING", 0)
    with pytest.raises(LedgerBusy, match="Nothing was done"):
        ledger.submit(transfer(1, SOURCE, ALICE, 100))


def test_closing_posts_all_that_waits(poster: Poster, reading: Connection) -> None:
    with GroupingPoster(poster) as ledger:
        answers = [ledger.submit(transfer(n, SOURCE, CAFE, 1)) for n in range(1, 3001)]
    assert all(answer.result(0)[0].ok for answer in answers)
    assert balance(reading, CAFE).balance == 3000


def test_many_chains_are_asked_and_answered_in_order(ledger: GroupingPoster) -> None:
    postings = [Posting((transfer(n, ALICE, BO, n),)) for n in range(2, 300)]
    funded = ledger.submit(transfer(1, SOURCE, ALICE, 5000))
    told = ledger.submit_many(postings).result(30)
    assert funded.result(30)[0].ok
    answered = [answer[0] for answer in told if isinstance(answer, list)]
    assert [p.transfer_id.int for p in answered] == list(range(2, 300))
    assert [p.ok for p in answered] == [n * (n + 1) // 2 - 1 <= 5000 for n in range(2, 300)]


def test_an_account_is_closed_between_postings(ledger: GroupingPoster, reading: Connection) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 100))
    assert ledger.close_account(ALICE).result is Closing.BALANCE_LEFT
    ledger.post(transfer(2, ALICE, BO, 100))
    first, again = ledger.close_account(ALICE), ledger.close_account(ALICE)
    assert first.ok and not first.repeated and again.ok and again.repeated
    assert ledger.post(transfer(3, SOURCE, ALICE, 1))[0].result is Result.CREDIT_CLOSED
    ends = reading.execute("SELECT account_id FROM ledger.account_end").fetchall()
    assert ends == [(ALICE,)]


def test_of_closing_and_paying_at_once_only_one_succeeds(
    ledger: GroupingPoster, reading: Connection
) -> None:
    accounts = [Account(UUID(int=5000 + n), 2) for n in range(64)]
    open_accounts(reading, accounts, BEGINNING)
    paid: dict[int, bool] = {}
    closed: dict[int, bool] = {}

    def race(first: int) -> None:
        for n in range(first % 64, 64, 2):
            if first < 64:
                paid[n] = ledger.post(transfer(n + 1, SOURCE, accounts[n].id, 1))[0].ok
            else:
                closed[n] = ledger.close_account(accounts[n].id).ok

    _in_threads(race, (0, 1, 64, 65))
    assert all(paid[n] != closed[n] for n in range(64))


def test_tasks_close_accounts_too(ledger: GroupingPoster) -> None:
    assert asyncio.run(ledger.close_account_async(CAFE)).ok
