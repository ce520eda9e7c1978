"""Delivering notices: the outbox, its schedule, and whose turn it is.

A notice is tried at once, then after 15 s, 15 s, 30 s, 3, 10, 20, 30, 30, 30 and 60 minutes, twice
3 hours and twice 6 hours: for a day in all. Then the bank gives up; the merchant still finds the
notice in the list, and can have it sent again.

Nobody waits for another merchant's server. Each merchant has a few threads at most, one that fails
loses its turn, and one that keeps the bank waiting is left alone for some time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, webhooks
from zerobar.bank.merchants.model import Event
from zerobar.bank.merchants.sellers import require_merchant
from zerobar.bank.merchants.sending import Sender
from zerobar.tracing.spans import own_work

PAUSES_S: Final = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10_800, 10_800, 21_600, 21_600),
)
"""After the first attempt, the second and so on."""
LEASE: Final = timedelta(seconds=60)
"""After which a notice is taken again, should this process die while it sends."""
THREADS: Final = 24
THREADS_OF_ONE: Final = 3
"""That send to one merchant at the same time."""
MOST_IN_A_ROW: Final = 100
"""Notices that a thread sends to one merchant before it looks who else waits."""
PATIENCE_S: Final = 2.0
REST: Final = 4
"""A merchant that takes longer for a notice is left alone, for so many times as long as it took."""
AFTER_FAILURE_S: Final = 1.0
"""How long a merchant that has not taken a notice is left alone, at least."""
_MISTAKE: Final = "not-sent"
"""The outcome where something of ours went wrong."""


class Delivery:
    """Sends notices, in threads of its own, for as long as its context lasts.

    Args:
        sender: is asked by several threads at once.
        timer: seconds that only rise.
    """

    def __init__(self, sender: Sender, timer: Callable[[], float] = time.monotonic) -> None:
        self._sender = sender
        self._timer = timer
        self._lock = threading.Lock()
        self._busy: Counter[UUID] = Counter()
        self._resting: dict[UUID, float] = {}
        self._stopping = False
        self._pool = ThreadPoolExecutor(THREADS, "webhooks")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        self._pool.shutdown()

    def begin_due(self, bank: Bank) -> int:
        """Have a thread send to each merchant that has a notice due; return how many were begun.

        It does not wait for them. A merchant that has its threads already, or that rests, has to
        wait.
        """
        free, waiting = self._turns()
        with bank.connection() as connection:
            due = event_store.merchants_due(
                connection, bank.operator_id, bank.clock(), waiting, free
            )
        for merchant_id in due:
            with self._lock:
                self._busy[merchant_id] += 1
            self._pool.submit(self._send_to, bank, merchant_id)
        return len(due)

    def _turns(self) -> tuple[int, list[UUID]]:
        """Return how many threads are free, and who has to wait."""
        now = self._timer()
        with self._lock:
            self._resting = {who: until for who, until in self._resting.items() if until > now}
            full = [who for who, threads in self._busy.items() if threads >= THREADS_OF_ONE]
            return THREADS - self._busy.total(), [*full, *self._resting]

    def _send_to(self, bank: Bank, merchant_id: UUID) -> None:
        """Send to one merchant until nothing is due, something fails, or it takes long."""
        try:
            for _ in range(MOST_IN_A_ROW):
                began = self._timer()
                sent = do_each(
                    "webhooks", (merchant_id,), lambda one: self._send_next(bank, one), self._rest
                )
                took_s = self._timer() - began
                if took_s > PATIENCE_S:
                    self._rest(merchant_id, REST * took_s)
                if not sent or took_s > PATIENCE_S or self._stopping:
                    break
        finally:
            with self._lock:
                self._busy -= Counter((merchant_id,))

    def _send_next(self, bank: Bank, merchant_id: UUID) -> bool:
        """Send a merchant's next notice; return whether there was one, and it was taken."""
        now = bank.clock()
        with bank.connection() as connection:
            event = event_store.take_due(connection, merchant_id, now, now + LEASE)
        if event is None:
            return False
        # A notice that cannot even be written has its schedule like one that is not taken.
        taken = do_each(
            "webhooks",
            (event,),
            lambda event: _deliver_traced(bank, self._sender, event),
            lambda event: _record(bank, event, _MISTAKE),
        )
        if not taken:
            self._rest(merchant_id)
        return bool(taken)

    def _rest(self, merchant_id: UUID, pause_s: float = AFTER_FAILURE_S) -> None:
        """Leave a merchant alone for some time."""
        until = self._timer() + pause_s
        with self._lock:
            self._resting[merchant_id] = max(until, self._resting.get(merchant_id, until))


def _deliver_traced(bank: Bank, sender: Sender, event: Event) -> bool:
    """Send a notice, in the trace of what it tells of."""
    subject = f"{event.kind.word.partition('.')[0]}_id"
    with own_work("tell the merchant", **{subject: event.subject_id}):
        return _deliver(bank, sender, event)


def _deliver(bank: Bank, sender: Sender, event: Event) -> bool:
    """Send a notice and note what came of it; return whether it was taken."""
    with bank.transaction() as connection:
        merchant = require_merchant(connection, event.merchant_id)
        body = event.body or webhooks.compose(connection, event)
        if event.body is None:
            event_store.set_body(connection, event, body)
    outcome = "no-address"
    if merchant.webhook_url is not None:
        headers = webhooks.signed_headers(bank, merchant, event, body, bank.clock())
        outcome = sender.send(merchant.webhook_url, headers, body)
    return _record(bank, event, outcome)


def _record(bank: Bank, event: Event, outcome: str) -> bool:
    now = bank.clock()
    taken = len(outcome) == 3 and outcome.startswith("2")
    with bank.transaction() as connection:
        if taken:
            event_store.set_delivered(connection, event, outcome, now)
        elif event.attempts > len(PAUSES_S):
            event_store.set_given_up(connection, event, outcome, now)
        else:
            pause = timedelta(seconds=PAUSES_S[event.attempts - 1])
            event_store.set_failed(connection, event, outcome, now + pause)
    return taken
