"""What comes while a group is stored is one group; what was looked up once is not again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any
from uuid import UUID

import pytest

from tests.ledger.conftest import Connect, Connection
from tests.ledger.worlds import KEYS, SOURCE, WALLETS
from zerobar.ledger import (
    Counter,
    GroupingPoster,
    Posted,
    Poster,
    Posting,
    Result,
    Transfer,
    grouping,
    loading,
    read_counter,
)
from zerobar.ledger.recent import Recent
from zerobar.purse.money import Fen

ALICE, BO, _, _ = WALLETS
PATIENCE_S = 20


def transfer(number: int, amount: int = 1, debit: UUID = SOURCE) -> Transfer:
    return Transfer(UUID(int=number), debit, ALICE, Fen(amount))


def until(happened: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def groups(connection: Connection) -> int:
    row = connection.execute("SELECT count(*) FROM ledger.posting_group").fetchone()
    assert row is not None
    return int(row[0])


def _submitted_while_stored(poster: Poster, opened: Connect, many: int) -> int:
    """Submit one transfer, and more while the database holds it up; return how many groups."""
    answers: list[Future[list[Posted]]] = []
    with opened() as other, GroupingPoster(poster) as ledger:
        with other.transaction():
            other.execute("LOCK TABLE ledger.entry IN SHARE MODE")
            answers.append(ledger.submit(transfer(1)))
            until(lambda: ledger._before is not None)
            for number in range(2, many + 2):
                answers.append(ledger.submit(transfer(number)))
                time.sleep(0.01)
        assert all(answer.result(PATIENCE_S)[0].ok for answer in answers)
        return groups(other)


def test_a_few_that_come_while_a_group_is_stored_are_one_group(
    poster: Poster, opened: Connect
) -> None:
    assert _submitted_while_stored(poster, opened, 5) == 2


def test_as_many_as_are_worth_it_are_judged_meanwhile(
    poster: Poster, opened: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "WORTH_JUDGING", 1)
    assert _submitted_while_stored(poster, opened, 5) > 2


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[tuple[UUID, int]]:
    """Every counter that was asked of the database."""
    seen: list[tuple[UUID, int]] = []
    counted = loading.counted

    def noticed(connection: Connection, counters: Sequence[tuple[UUID, int]]) -> Any:
        seen.extend(counters)
        return counted(connection, counters)

    monkeypatch.setattr(loading, "counted", noticed)
    return seen


def _asking(number: int, add: int = 0) -> Posting:
    return Posting((transfer(number),), (Counter(KEYS[0], 0, add, 1),))


def test_a_counter_that_was_never_counted_is_looked_up_once(
    poster: Poster, looked_up: list[tuple[UUID, int]]
) -> None:
    for number in range(1, 6):
        poster.post([_asking(number), _asking(100 + number)])
    assert looked_up == [(KEYS[0], 0)]


def test_it_is_counted_all_the_same(
    poster: Poster, reading: Connection, looked_up: list[tuple[UUID, int]]
) -> None:
    poster.post([_asking(1)])
    told = poster.post([_asking(2, add=1), _asking(3, add=1)])
    assert [a[0].result for a in told if isinstance(a, list)] == [
        Result.POSTED,
        Result.COUNTER_EXCEEDED,
    ]
    assert read_counter(reading, KEYS[0], 0) == 1 and len(looked_up) == 1


def test_what_was_counted_in_a_group_that_was_not_stored_is_looked_up_again(
    poster: Poster, reading: Connection, looked_up: list[tuple[UUID, int]]
) -> None:
    poster.post([_asking(1)])
    used = [Posting((transfer(1, amount=2),)), _asking(2, add=1)]
    poster._judge.recent = Recent()
    (other,), (posted,) = poster.post(used)  # type: ignore[misc]
    assert other.result is Result.OTHER_CONTENT and posted.ok
    assert read_counter(reading, KEYS[0], 0) == 1
    assert len(looked_up) == 2
