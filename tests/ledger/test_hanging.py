"""A database that hangs, a process that is stopped, a mistake of ours: whoever asks is told."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import psycopg
import pytest

from tests.ledger.conftest import Clock, Connection
from tests.ledger.test_service import posting_process
from tests.ledger.worlds import SOURCE, WALLETS
from zerobar.database import Database, Timeouts, connect
from zerobar.ledger import (
    Balance,
    GroupingPoster,
    LedgerUnavailable,
    Poster,
    PosterDied,
    PosterServer,
    RemoteLedger,
    Transfer,
    balance,
    grouping,
    remote,
    trial_balance,
)
from zerobar.ledger.storing import Group, Transaction
from zerobar.purse.money import Fen

ALICE, BO, *_ = WALLETS
SECRET = "417293"
NO_DEADLINES = Timeouts(0, 0, 0)


@pytest.fixture
def path() -> Iterator[Path]:
    # Not pytest's own folder: the path of a socket must be short.
    with TemporaryDirectory(prefix="zb-") as folder:
        yield Path(folder) / "ledger"


def transfer(number: int) -> Transfer:
    return Transfer(UUID(int=number), SOURCE, ALICE, Fen(1))


@pytest.mark.slow
@pytest.mark.parametrize("table", ["ledger.transfer", "ledger.account"])
def test_a_database_that_hangs_is_hung_up_on(
    books: Database, reading: Connection, clock: Clock, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    """It has no deadline of its own here, and is held up in storing or in reading."""
    monkeypatch.setattr(grouping, "SILENCE_S", 0.3)
    monkeypatch.setattr(grouping, "GIVE_UP_AFTER_S", 1.0)
    poster = Poster(lambda: connect(books, "hanging", NO_DEADLINES, autocommit=True), clock)
    with GroupingPoster(poster) as ledger:
        assert reading.execute(f"BEGIN; LOCK TABLE {table}") is not None
        asked = [ledger.submit(transfer(number)) for number in range(1, 50)]
        for answer in asked:
            with pytest.raises(LedgerUnavailable, match="same id again"):
                answer.result(60)
        reading.execute("ROLLBACK")
        monkeypatch.setattr(grouping, "GIVE_UP_AFTER_S", 30.0)
        assert all(ledger.post(transfer(number))[0].ok for number in range(1, 50))
    assert balance(reading, ALICE).balance == 49


def test_nothing_is_judged_upon_what_was_given_up(
    poster: Poster, reading: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database takes too long for a group, and its connection stays."""
    stored, slow = poster.store, True

    def store(group: Group) -> Transaction:
        if slow and group.transfers:
            raise psycopg.errors.QueryCanceled
        return stored(group)

    with GroupingPoster(poster) as ledger:
        assert ledger.post(Transfer(UUID(int=1), SOURCE, ALICE, Fen(100)))[0].ok
        monkeypatch.setattr(grouping, "GIVE_UP_AFTER_S", 0.0)
        monkeypatch.setattr(poster, "store", store)
        with pytest.raises(LedgerUnavailable):
            ledger.post(Transfer(UUID(int=2), ALICE, BO, Fen(60)))
        monkeypatch.setattr(grouping, "GIVE_UP_AFTER_S", 30.0)
        slow = False
        assert ledger.post(Transfer(UUID(int=3), ALICE, BO, Fen(50)))[0].ok
    assert balance(reading, ALICE) == Balance(50, 0, 2) and trial_balance(reading).balanced


def test_if_the_thread_that_posts_ends_everybody_is_told_at_once(
    poster: Poster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    died, go_on = threading.Event(), threading.Event()

    def mistake(*_: object, **__: object) -> None:
        go_on.wait()
        raise KeyError(SECRET)

    monkeypatch.setattr(poster, "judge", mistake)
    with GroupingPoster(poster, died.set) as ledger, caplog.at_level(logging.CRITICAL):
        ledger.require_alive()
        asked = [ledger.submit(transfer(1)), ledger.submit(transfer(2))]
        go_on.set()
        for answer in asked:
            with pytest.raises(LedgerUnavailable):
                answer.result(60)
        assert died.wait(60)
        with pytest.raises(LedgerUnavailable):
            ledger.post(transfer(3))
        with pytest.raises(PosterDied, match="Start the program again"):
            ledger.require_alive()
    assert "KeyError" in caplog.text and SECRET not in caplog.text


def test_whoever_posts_can_be_asked_whether_it_answers(poster: Poster, path: Path) -> None:
    with GroupingPoster(poster) as here:
        here.probe(60)
        with PosterServer(here, path), RemoteLedger(path) as there:
            there.probe(60)


def test_a_process_that_takes_nothing_in_is_told_of(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a socket holds is asked of a process that never reads."""
    monkeypatch.setattr(remote, "GIVE_UP_AFTER_S", 1.0)
    monkeypatch.setattr(remote, "SILENCE_S", 1.0)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        with RemoteLedger(path) as ledger:
            asked = [ledger.submit(transfer(number)) for number in range(1, 20_000)]
            for answer in asked:
                with pytest.raises(LedgerUnavailable):
                    answer.result(60)


@pytest.mark.slow
def test_a_process_that_is_stopped_for_a_while_goes_on(
    books: Database, reading: Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with posting_process(books, path) as process, RemoteLedger(path) as ledger:
        assert ledger.post(transfer(1))[0].ok
        monkeypatch.setattr(remote, "GIVE_UP_AFTER_S", 0.5)
        os.kill(process.pid, signal.SIGSTOP)
        # It may answer until all of its threads have stopped.
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        with pytest.raises(LedgerUnavailable):
            ledger.probe(0.1)
        with pytest.raises(LedgerUnavailable):
            ledger.post(transfer(2))
        os.kill(process.pid, signal.SIGCONT)
        monkeypatch.setattr(remote, "GIVE_UP_AFTER_S", 30.0)
        assert ledger.post(transfer(2))[0].ok
    assert balance(reading, ALICE).balance == 2
