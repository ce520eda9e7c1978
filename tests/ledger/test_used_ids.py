"""Ids answered long ago come again: nobody makes the poster forget what it has in memory."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.ledger.conftest import Clock, Connect, Connection
from tests.ledger.worlds import KEYS, SOURCE, WALLETS
from zerobar.ledger import (
    Counter,
    GroupingPoster,
    Poster,
    Result,
    Row,
    RowRefused,
    Transfer,
    TransferKind,
    balance,
    encode_row,
    read_counter,
    trial_balance,
)
from zerobar.ledger.recent import Recent
from zerobar.purse.money import Fen

ALICE, BO, CAFE, _ = WALLETS
TABLES = {"payment": "COPY payment (id, note) FROM STDIN (FORMAT binary)"}


class CountingPoster(Poster):
    """Counts how often it is told that a group was not stored, and how often it starts cold."""

    undone = 0
    reopened = 0

    def undo(self, *arguments: object) -> bool:
        self.undone += 1
        return super().undo(*arguments)  # type: ignore[arg-type]

    def reopen(self) -> None:
        self.reopened += 1
        super().reopen()


@pytest.fixture
def poster(opened: Connect, reading: Connection, clock: Clock) -> CountingPoster:
    reading.execute("CREATE TABLE payment (id uuid PRIMARY KEY, note text CHECK (note <> 'bad'))")
    return CountingPoster(opened, clock, TABLES)


@pytest.fixture
def ledger(poster: CountingPoster) -> Iterator[GroupingPoster]:
    with GroupingPoster(poster) as ledger:
        yield ledger


def transfer(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount))


def test_a_used_id_costs_neither_the_connection_nor_the_memory(
    ledger: GroupingPoster, poster: CountingPoster
) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 100))
    ledger.post(transfer(2, SOURCE, CAFE, 100))
    ledger.post(transfer(3, ALICE, BO, 101))
    poster._judge.recent.forget([3])
    cafe = poster._judge.books.accounts[CAFE.int]
    assert ledger.post(transfer(3, ALICE, BO, 101))[0].repeated
    assert (poster.undone, poster.reopened) == (1, 0)
    assert poster._judge.books.accounts[CAFE.int] is cafe
    assert poster._judge.recent.get(2) is not None


def test_whoever_sends_used_ids_again_and_again_is_answered_without_a_lost_group(
    ledger: GroupingPoster, poster: CountingPoster
) -> None:
    refused = [transfer(number, ALICE, BO, 1) for number in range(1, 40)]
    assert {ledger.post(each)[0].result for each in refused} == {Result.BELOW_FLOOR}
    for _ in range(3):
        poster._judge.recent = Recent()
        assert all(ledger.post(each)[0].repeated for each in refused)
    assert (poster.undone, poster.reopened) == (1, 0)


def test_what_was_judged_upon_a_group_that_failed_is_judged_anew(
    ledger: GroupingPoster, poster: CountingPoster, reading: Connection
) -> None:
    """Holds, counters and balances are again what the disk says, and each id is posted once."""
    counter = (Counter(KEYS[0], 20261125, 1, None),)
    ledger.post(transfer(1, SOURCE, ALICE, 10_000))
    used = [transfer(number, ALICE, BO, 1) for number in range(2, 12)]
    for each in used:
        ledger.post(each, counters=counter)
    for turn in range(8):
        poster._judge.recent.forget(each.id.int for each in used)
        ledger._wary_groups = 0
        first = 1_000 * (turn + 1)
        answers = []
        for number in range(first, first + 400):
            if number % 50 == 0:
                again = used[number // 50 % 10]
                answers.append(ledger.submit(again, counters=counter))
            answers.append(ledger.submit(transfer(number, ALICE, BO, 1), counters=counter))
        held = Transfer(UUID(int=first + 500), ALICE, CAFE, Fen(5), kind=TransferKind.HOLD)
        ended = Transfer(
            UUID(int=first + 501), ALICE, CAFE, Fen(5), kind=TransferKind.COMMIT, hold=held.id
        )
        answers += [ledger.submit(held), ledger.submit(ended)]
        assert all(answer.result(60)[0].ok for answer in answers)
    assert poster.undone >= 1 and poster.reopened == 0
    assert balance(reading, BO).balance == read_counter(reading, KEYS[0], 20261125) == 10 + 3_200
    assert balance(reading, CAFE).balance == 40
    assert balance(reading, ALICE).balance == 10_000 - 3_250
    assert trial_balance(reading).balanced


def test_a_row_that_is_refused_costs_no_memory_either(
    ledger: GroupingPoster, poster: CountingPoster
) -> None:
    ledger.post(transfer(1, SOURCE, CAFE, 100))
    cafe = poster._judge.books.accounts[CAFE.int]
    row = Row("payment", encode_row(UUID(int=2), "bad"))
    with pytest.raises(RowRefused):
        ledger.post(transfer(2, SOURCE, BO, 1), rows=(row,))
    assert ledger.post(transfer(2, SOURCE, BO, 2))[0].ok
    assert poster._judge.books.accounts[CAFE.int] is cafe and poster.reopened == 0
