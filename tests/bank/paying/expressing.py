"""An express for tests: on a loop of its own, in a thread; asked as a desk is."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial

from zerobar.bank.context import Bank
from zerobar.bank.paying.desk import Caller, Outcome, PaymentDesk
from zerobar.bank.paying.express import Express
from zerobar.bank.paying.model import Payment, PaymentOrder

PATIENCE_S = 30


def _hear(answer: Future[Payment], outcome: Outcome) -> None:
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


class ExpressDesk:
    """An express and its desk.

    Attributes:
        at_desk: the orders that the express left to the desk.
    """

    def __init__(self, bank: Bank, loop: asyncio.AbstractEventLoop, desk: PaymentDesk) -> None:
        self.desk = desk
        self.express = Express(bank, desk, loop)
        self.at_desk: list[PaymentOrder] = []
        self._loop = loop
        self._take_at_desk = desk.take
        desk.take = self._noted  # type: ignore[method-assign, assignment]

    def _noted(self, order: PaymentOrder, caller: Caller) -> None:
        self.at_desk.append(order)
        self._take_at_desk(order, caller)

    def submit(self, order: PaymentOrder) -> Future[Payment]:
        """Pay."""
        return self.submit_together([order])[0]

    def submit_together(self, orders: Sequence[PaymentOrder]) -> list[Future[Payment]]:
        """Pay all of them as if they had come at one moment."""
        answers: list[Future[Payment]] = [Future() for _ in orders]

        def take() -> None:
            for order, answer in zip(orders, answers, strict=True):
                self.express.take(order, Caller(self._loop, partial(_hear, answer)))

        self._loop.call_soon_threadsafe(take)
        return answers

    def close(self) -> None:
        """End the express, and wait until it has."""
        ended: Future[None] = Future()

        def close() -> None:
            self.express.close()
            ended.set_result(None)

        self._loop.call_soon_threadsafe(close)
        ended.result(PATIENCE_S)

    def open(self, orders: Iterator[PaymentOrder]) -> None:
        """Pay until the express takes what it is given."""
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            asked = next(orders)
            self.submit(asked).result(PATIENCE_S)
            if asked not in self.at_desk:
                return
            assert time.monotonic() < give_up_at, "the express does not open"
            time.sleep(0.01)


@contextmanager
def express_desk(bank: Bank) -> Iterator[ExpressDesk]:
    """Run one."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        with PaymentDesk(bank) as desk:
            opened = ExpressDesk(bank, loop, desk)
            yield opened
            opened.close()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
