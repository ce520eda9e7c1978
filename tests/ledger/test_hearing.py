"""Answers that are read on a loop, and frames that are longer than a socket takes at once."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from tests.ledger.test_service import paid, path, posting, transfer
from tests.ledger.worlds import SOURCE, WALLETS
from zerobar.ledger import Answer, GroupingPoster, PosterServer, Posting, RemoteLedger, Row, wire
from zerobar.ledger.wire import FrameReader, send_all

__all__ = ["path", "posting"]

BO = WALLETS[1]
PATIENCE_S = 60
LONG = 700
"""Chains whose frame, with their rows, is far longer than a socket holds."""


@contextmanager
def running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def asked(ledger: RemoteLedger, postings: list[Posting]) -> tuple[list[Answer], str]:
    """Ask from a thread; return the answers, and the name of the thread that told them."""
    told: Future[tuple[list[Answer], str]] = Future()

    def hear(answers: Future[list[Answer]]) -> None:
        told.set_result((answers.result(), threading.current_thread().name))

    ledger.submit_many(postings).add_done_callback(hear)
    return told.result(PATIENCE_S)


def test_a_loop_reads_answers_by_itself_until_it_is_left(
    posting: GroupingPoster, path: Path
) -> None:
    with PosterServer(posting, path), RemoteLedger(path) as ledger, running_loop() as loop:
        ledger.read_on(loop)
        on_loop = asyncio.run_coroutine_threadsafe(_name_of_thread(), loop).result(PATIENCE_S)
        for number in range(1, 20):
            answers, thread = asked(ledger, [paid(number, "fine")])
            assert isinstance(answers[0], list) and answers[0][0].ok and thread == on_loop
        asyncio.run_coroutine_threadsafe(_leave(ledger), loop).result(PATIENCE_S)
        _, thread = asked(ledger, [paid(20, "fine")])
        assert thread != on_loop


async def _name_of_thread() -> str:
    return threading.current_thread().name


async def _leave(ledger: RemoteLedger) -> None:
    ledger.read_apart()


def test_what_a_server_did_not_answer_is_sent_to_the_next_one_and_read_on_the_loop(
    posting: GroupingPoster, path: Path
) -> None:
    with running_loop() as loop, RemoteLedger(path) as ledger:
        ledger.read_on(loop)
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(path))
            silent.listen()
            answers = [ledger.submit(transfer(n, SOURCE, BO, 1)) for n in range(1, 20)]
            taken, _ = silent.accept()
            assert taken.recv(1 << 20)
            taken.close()
        path.unlink()
        with PosterServer(posting, path):
            assert all(answer.result(PATIENCE_S)[0].ok for answer in answers)
            asyncio.run_coroutine_threadsafe(_leave(ledger), loop).result(PATIENCE_S)


@pytest.mark.parametrize("is_on_loop", [False, True])
def test_frames_that_are_longer_than_the_socket_takes_arrive_whole(
    posting: GroupingPoster, path: Path, is_on_loop: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways, while others ask: what is left of one goes before the next."""
    rests: list[int] = []
    send_at_once = wire.send_at_once

    def noticed(connection: socket.socket, data: bytes) -> bytes:
        rest = send_at_once(connection, data)
        rests.append(len(rest))
        return rest

    monkeypatch.setattr("zerobar.ledger.remote.send_at_once", noticed)
    note = "n" * 4_000
    with PosterServer(posting, path), RemoteLedger(path) as ledger, running_loop() as loop:
        if is_on_loop:
            ledger.read_on(loop)
        ledger.probe(PATIENCE_S)
        told = [
            ledger.submit_many([paid(LONG * part + n, note) for n in range(LONG)])
            for part in (1, 2, 3)
        ]
        single = [ledger.submit(transfer(n, SOURCE, BO, 1)) for n in range(1, 50)]
        posted = [answer for each in told for answer in each.result(PATIENCE_S)]
        assert all(isinstance(answer, list) and answer[0].ok for answer in posted)
        assert all(each.result(PATIENCE_S)[0].ok for each in single)
        asyncio.run_coroutine_threadsafe(_leave(ledger), loop).result(PATIENCE_S)
    assert max(rests) > 0


def test_answers_wait_for_who_reads_them_late(posting: GroupingPoster, path: Path) -> None:
    """Who does not read holds up nobody else, and finds every answer later, each once."""
    many = 5_000
    request = wire.frame_of(
        [wire.Asked(n, [Posting((transfer(n, SOURCE, BO, 1),))]) for n in range(1, many + 1)]
    )
    with PosterServer(posting, path), socket.socket(socket.AF_UNIX) as late:
        late.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        late.connect(str(path))
        send_all(late, request, PATIENCE_S)
        with RemoteLedger(path) as other:
            assert other.post(transfer(many + 1, SOURCE, BO, 1))[0].ok
        reader = FrameReader(late)
        numbers: list[int] = []
        while len(numbers) < many:
            frame = reader.next()
            assert frame is not None
            numbers += [message.number for message in wire.TOLD.decode(frame)]
    assert sorted(numbers) == list(range(1, many + 1))


def test_who_takes_nothing_is_given_up_on() -> None:
    here, there = socket.socketpair()
    with here, there, pytest.raises(TimeoutError):
        send_all(here, os.urandom(10_000_000), 0.05)


def test_a_frame_may_come_in_any_parts() -> None:
    here, there = socket.socketpair()
    frames = [wire.frame_of([wire.Told(n)]) for n in range(3)]
    with here, there:
        reader, data = FrameReader(there), b"".join(frames)
        for start in range(len(data)):
            here.sendall(data[start : start + 1])
        here.shutdown(socket.SHUT_WR)
        found = [reader.next() for _ in range(4)]
    assert [frame and len(frame) for frame in found] == [len(frames[0]) - 4] * 3 + [None]


def test_a_chain_may_fill_its_rows() -> None:
    row = Row("payment", bytes(16_384))
    long = Posting((transfer(1, SOURCE, BO, 1),), rows=(row,) * 32)
    frame = wire.frame_of([wire.Asked(1, [long])])
    here, there = socket.socketpair()
    with here, there:
        sending = threading.Thread(target=send_all, args=(here, frame, PATIENCE_S))
        sending.start()
        read = FrameReader(there).next()
        sending.join()
    assert read is not None
    assert wire.ASKED.decode(read)[0].postings[0].rows[31].data == row.data
    assert UUID(int=1) == wire.ASKED.decode(read)[0].postings[0].transfers[0].id
