from __future__ import annotations

import asyncio
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest

from tests.ledger.conftest import Clock, Connect, Connection
from tests.ledger.worlds import KEYS, SOURCE, WALLETS
from zerobar.database import Database
from zerobar.ledger import (
    Closing,
    Counter,
    GroupingPoster,
    Ledger,
    LedgerBusy,
    LedgerUnavailable,
    Posted,
    Poster,
    PosterServer,
    Posting,
    RemoteLedger,
    Result,
    Row,
    RowRefused,
    SocketTaken,
    Transfer,
    balance,
    encode_row,
    read_counter,
    remote,
    trial_balance,
)
from zerobar.purse.money import Fen

ALICE, BO, CAFE, _ = WALLETS
SCRIPT = Path(__file__).with_name("posting_process.py")


@pytest.fixture
def path() -> Iterator[Path]:
    # Not pytest's own folder: the path of a socket must be short.
    with TemporaryDirectory(prefix="zb-") as folder:
        yield Path(folder) / "ledger"


@pytest.fixture
def posting(opened: Connect, reading: Connection, clock: Clock) -> Iterator[GroupingPoster]:
    reading.execute("CREATE TABLE payment (id uuid PRIMARY KEY, note text CHECK (note <> 'bad'))")
    tables = {"payment": "COPY payment (id, note) FROM STDIN (FORMAT binary)"}
    switched_every_s = sys.getswitchinterval()
    with GroupingPoster(Poster(opened, clock, tables)) as ledger:
        yield ledger
    sys.setswitchinterval(switched_every_s)


@pytest.fixture
def ledger(posting: GroupingPoster, path: Path) -> Iterator[RemoteLedger]:
    with PosterServer(posting, path), RemoteLedger(path) as ledger:
        yield ledger


def transfer(number: int, debit: UUID, credit: UUID, amount: int) -> Transfer:
    return Transfer(UUID(int=number), debit, credit, Fen(amount))


def paid(number: int, note: str) -> Posting:
    row = Row("payment", encode_row(UUID(int=number), note))
    return Posting((transfer(number, SOURCE, BO, 1),), rows=(row,))


def test_a_ledger_in_another_place_answers_alike(ledger: RemoteLedger) -> None:
    here: Ledger = ledger
    once = (Counter(KEYS[0], 0, 1, 1),)
    (posted,) = here.post(transfer(1, SOURCE, ALICE, 100), counters=once)
    (again,) = here.post(transfer(1, SOURCE, ALICE, 100), counters=once)
    (exceeded,) = here.post(transfer(2, SOURCE, ALICE, 100), counters=once)
    assert posted.ok and not posted.repeated and again.ok and again.repeated
    assert posted.posted_at == again.posted_at and posted.transfer_id == UUID(int=1)
    assert (exceeded.result, exceeded.counter) == (Result.COUNTER_EXCEEDED, 0)
    assert here.close_account(ALICE).result is Closing.BALANCE_LEFT
    assert here.close_account(CAFE).ok
    other = here.post(transfer(1, SOURCE, ALICE, 101))
    assert other[0].result is Result.OTHER_CONTENT


def test_rows_and_what_is_wrong_with_them_travel_too(
    ledger: RemoteLedger, reading: Connection
) -> None:
    told = ledger.submit_many([paid(1, "fine"), paid(2, "bad"), paid(3, "fine")]).result(30)
    assert [isinstance(answer, RowRefused) for answer in told] == [False, True, False]
    with pytest.raises(RowRefused, match="check constraint"):
        ledger.post(*paid(4, "bad").transfers, rows=paid(4, "bad").rows)
    with pytest.raises(RowRefused, match="no table other"):
        ledger.post(transfer(5, SOURCE, BO, 1), rows=(Row("other", encode_row(1)),))
    assert reading.execute("SELECT count(*) FROM payment").fetchone() == (2,)
    assert balance(reading, BO).balance == 2


def test_tasks_of_another_process_post_too(ledger: RemoteLedger, reading: Connection) -> None:
    async def together() -> list[list[Posted]]:
        asked = (ledger.post_async(transfer(n, SOURCE, ALICE, 1)) for n in range(1, 300))
        told = await asyncio.gather(*asked)
        assert (await ledger.close_account_async(ALICE)).result is Closing.BALANCE_LEFT
        return told

    assert all(told[0].ok for told in asyncio.run(together()))
    assert balance(reading, ALICE).balance == 299


def test_many_that_ask_at_once_keep_to_the_floor(
    ledger: RemoteLedger, path: Path, reading: Connection
) -> None:
    ledger.post(transfer(1, SOURCE, ALICE, 1000))
    with RemoteLedger(path) as second:
        answers = [
            side.submit(transfer(10 * n + i, ALICE, BO, 1))
            for n in range(1, 1001)
            for i, side in enumerate((ledger, second))
        ]
        assert sum(answer.result(60)[0].ok for answer in answers) == 1000
    assert balance(reading, ALICE).balance == 0 and trial_balance(reading).balanced


def test_the_socket_is_for_its_user_only(posting: GroupingPoster, path: Path) -> None:
    with PosterServer(posting, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(SocketTaken, match="is in use"):
            PosterServer(posting, path)
    assert not path.exists()
    path.write_text("something else")
    with pytest.raises(SocketTaken):
        PosterServer(posting, path)


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff\xff", b"\0\0\0\x02\xc1\xc1", b"\0\0\0\x03\x91\x91\xc0"]
)
def test_invalid_bytes_end_only_their_connection(
    ledger: RemoteLedger, path: Path, data: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(path))
        stranger.sendall(data)
        stranger.shutdown(socket.SHUT_WR)
        stranger.settimeout(30)
        assert stranger.recv(1) == b""
    assert ledger.post(transfer(1, SOURCE, ALICE, 100))[0].ok


def test_what_nobody_serves_is_told_after_a_while(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "GIVE_UP_AFTER_S", 0.2)
    with RemoteLedger(path) as ledger, pytest.raises(LedgerUnavailable, match="same id again"):
        ledger.post(transfer(1, SOURCE, ALICE, 1))


def test_what_was_asked_before_the_server_started_is_posted(
    posting: GroupingPoster, path: Path
) -> None:
    with RemoteLedger(path) as ledger:
        answers = [ledger.submit(transfer(n, SOURCE, ALICE, 1)) for n in range(1, 20)]
        time.sleep(0.1)
        with PosterServer(posting, path):
            assert all(answer.result(30)[0].ok for answer in answers)


def test_what_a_server_took_and_did_not_answer_is_sent_to_the_next_one(
    posting: GroupingPoster, path: Path, reading: Connection
) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        ledger = RemoteLedger(path)
        answers = [ledger.submit(transfer(n, SOURCE, ALICE, 1)) for n in range(1, 20)]
        taken, _ = silent.accept()
        assert taken.recv(1 << 20)
        taken.close()
    path.unlink()
    with PosterServer(posting, path), ledger:
        assert all(answer.result(30)[0].ok for answer in answers)
    assert balance(reading, ALICE).balance == 19


def test_invalid_more_than_can_wait_for_another_process(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "MAX_WAITING", 2)
    monkeypatch.setattr(remote, "GIVE_UP_AFTER_S", 0.2)
    with RemoteLedger(path) as ledger:
        for number in (1, 2):
            ledger.submit(transfer(number, SOURCE, ALICE, 1))
        with pytest.raises(LedgerBusy, match="Nothing was done"):
            ledger.submit(transfer(3, SOURCE, ALICE, 1))


@contextmanager
def posting_process(books: Database, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the process that posts; wait until it serves."""
    path.unlink(missing_ok=True)
    command = [sys.executable, str(SCRIPT), books.conninfo, str(path)]
    with subprocess.Popen(command) as process:
        try:
            deadline = time.monotonic() + 30
            while not path.exists():
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.01)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)


@pytest.mark.slow
def test_a_killed_process_loses_nothing_acknowledged_and_posts_nothing_twice(
    books: Database, reading: Connection, path: Path
) -> None:
    """Killed with SIGKILL again and again while four callers pay, each its next id at once."""
    kills, stop = 6, threading.Event()
    acknowledged: list[list[int]] = [[], [], [], []]

    def pay(caller: int, ledger: RemoteLedger) -> None:
        number = (caller + 1) * 1_000_000
        while not stop.is_set():
            chunk = range(number, number + 50)
            day = (Counter(KEYS[0], 20261125, 1, None),)
            told = [ledger.submit(transfer(n, SOURCE, BO, 1), counters=day) for n in chunk]
            acknowledged[caller] += [
                n for n, t in zip(chunk, told, strict=True) if t.result()[0].ok
            ]
            number += 50

    with RemoteLedger(path) as ledger:
        threads = [threading.Thread(target=pay, args=(i, ledger)) for i in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            with posting_process(books, path) as process:
                had = sum(map(len, acknowledged))
                while sum(map(len, acknowledged)) < had + 300:
                    time.sleep(0.01)
                process.kill()
        with posting_process(books, path):
            stop.set()
            for thread in threads:
                thread.join(60)
            assert not any(thread.is_alive() for thread in threads)
    _check_books(reading, [n for numbers in acknowledged for n in numbers])


def _check_books(reading: Connection, acknowledged: list[int]) -> None:
    posted = reading.execute("SELECT transfer_id FROM ledger.transfer WHERE result = 0").fetchall()
    assert sorted(transfer_id.int for (transfer_id,) in posted) == sorted(acknowledged)
    assert balance(reading, BO).balance == len(acknowledged)
    assert read_counter(reading, KEYS[0], 20261125) == len(acknowledged)
    assert trial_balance(reading).balanced
