"""No merchant's server, however slow or broken, keeps another merchant from being told."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder
from tests.bank.merchants.trading import Trader, begin, new_order, pay
from zerobar.bank.context import Bank
from zerobar.bank.merchants import webhooks
from zerobar.bank.merchants.delivery import (
    AFTER_FAILURE_S,
    PATIENCE_S,
    PAUSES_S,
    REST,
    THREADS_OF_ONE,
    Delivery,
)
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.sending import HttpSender

pytestmark = pytest.mark.slow

SLOW, QUICK = "https://slow.example/hook", "https://quick.example/hook"
PATIENCE = 30


class Servers:
    """Merchants' servers: the slow one answers when it is let go, the quick one at once.

    Attributes:
        asked: by URL.
        answer: the quick one's.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.answer = "200"
        self.let_go = threading.Event()
        self.changed = threading.Condition()

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        with self.changed:
            self.asked[url] += 1
            self.changed.notify_all()
        if url == SLOW:
            assert self.let_go.wait(PATIENCE)
            return "timeout"
        return self.answer

    def wait_for(self, url: str, times: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.asked[url] >= times, PATIENCE)


@pytest.fixture
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.let_go.set()


def trade(bank: Bank, payer: Holder, number: int, url: str, times: int) -> Trader:
    """Begin a merchant that has as many notices due."""
    trader = begin(bank, number, url=url)
    for _ in range(times):
        pay(bank, payer, new_order(bank, trader, 1_00))
    return trader


def events(bank: Bank, trader: Trader) -> list[Event]:
    return webhooks.list_events(bank, trader.server, None, 100)


def test_while_one_server_does_not_answer_all_the_others_are_told(
    bank: Bank, payer: Holder, servers: Servers, clock: Clock
) -> None:
    trade(bank, payer, 1, SLOW, 10)
    clock.advance(seconds=1)
    quick = trade(bank, payer, 2, QUICK, 10)
    with Delivery(servers) as delivery:
        for _ in range(THREADS_OF_ONE + 1):
            delivery.begin_due(bank)
        servers.wait_for(QUICK, 10)
        servers.wait_for(SLOW, THREADS_OF_ONE)
        assert servers.asked[SLOW] == THREADS_OF_ONE
        servers.let_go.set()
    assert all(event.delivered_at for event in events(bank, quick))


class Timer:
    """Seconds that rise when a server is asked, by as long as it takes."""

    def __init__(self, takes_s: float) -> None:
        self.now = 0.0
        self.takes_s = takes_s

    def __call__(self) -> float:
        return self.now

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> str:
        self.now += self.takes_s
        return "200"


def test_a_server_that_takes_long_rests_four_times_as_long(bank: Bank, payer: Holder) -> None:
    slow = trade(bank, payer, 1, SLOW, 3)
    timer = Timer(takes_s=PATIENCE_S + 1)
    with Delivery(timer, timer) as delivery:
        delivery.begin_due(bank)
        idle(delivery, slow)
        assert timer.now == PATIENCE_S + 1
        assert delivery.begin_due(bank) == 0
        timer.now += REST * timer.takes_s
        assert delivery.begin_due(bank) == 1
    assert [event.attempts for event in events(bank, slow)].count(1) == 2


def test_a_server_that_refuses_loses_its_turn(bank: Bank, payer: Holder, servers: Servers) -> None:
    broken, timer = trade(bank, payer, 1, QUICK, 3), Timer(takes_s=0)
    servers.answer = "500"
    with Delivery(servers, timer) as delivery:
        assert delivery.begin_due(bank) == 1
        idle(delivery, broken)
        assert (servers.asked[QUICK], delivery.begin_due(bank)) == (1, 0)
        timer.now = AFTER_FAILURE_S
        assert delivery.begin_due(bank) == 1


def idle(delivery: Delivery, trader: Trader) -> None:
    """Wait until nothing is sent to a merchant."""
    while delivery._busy[trader.merchant.id]:
        threading.Event().wait(0.001)


def test_a_notice_that_cannot_be_written_is_put_off_and_the_next_one_sent(
    bank: Bank, payer: Holder, servers: Servers, clock: Clock
) -> None:
    trader = trade(bank, payer, 1, QUICK, 2)
    with bank.connection() as connection:
        lost = min(events(bank, trader), key=lambda event: event.due_at)
        connection.execute("DELETE FROM bank.merchant_order WHERE order_id = %s", [lost.subject_id])
    timer = Timer(takes_s=0)
    with Delivery(servers, timer) as delivery:
        for _ in range(2):
            delivery.begin_due(bank)
            idle(delivery, trader)
            timer.now += AFTER_FAILURE_S
    assert servers.asked[QUICK] == 1
    told = {event.id: (event.last_outcome, event.due_at) for event in events(bank, trader)}
    assert told.pop(lost.id) == ("not-sent", clock() + timedelta(seconds=PAUSES_S[0]))
    assert [outcome for outcome, _ in told.values()] == ["200"]


def test_another_operators_merchants_are_left_to_it(
    bank: Bank, payer: Holder, servers: Servers
) -> None:
    trade(bank, payer, 1, QUICK, 1)
    with Delivery(servers) as delivery:
        assert delivery.begin_due(replace(bank, operator_id=UUID(int=1))) == 0


@pytest.fixture
def trickling() -> Iterator[str]:
    """The URL of a server that sends its answer byte by byte, for as long as the test lasts."""
    over = threading.Event()

    def answer(listening: socket.socket) -> None:
        peer, _ = listening.accept()
        with peer:
            peer.sendall(b"HTTP/1.1 200 OK\r\nx: ")
            for _ in range(100):
                if over.wait(0.05):
                    return
                peer.sendall(b"x")
            peer.sendall(b"\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,))
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        over.set()
        thread.join()


def test_a_server_that_sends_byte_by_byte_is_cut_off(trickling: str) -> None:
    with closing(HttpSender(loopback=True, timeout_s=0.3)) as sender:
        assert sender.send(trickling, {}, b"") == "timeout"
