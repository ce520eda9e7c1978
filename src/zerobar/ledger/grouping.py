"""Grouping: whoever waits is posted together, while the group before is being stored.

One thread judges, one stores. The next group is all that came in while the last one went to
the disk, so groups grow with the load and nobody waits for a timer.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Self

import psycopg
from psycopg import errors as pg

from zerobar.database import DatabaseFailure
from zerobar.ledger.errors import AnotherPoster, LedgerBusy, LedgerUnavailable
from zerobar.ledger.model import MAX_CHAIN, Chain, Posted, Transfer
from zerobar.ledger.poster import Group, Poster

MAX_GROUP: Final = 8_192
"""Chains in one group."""
MAX_WAITING: Final = 65_536
"""Chains that wait at most; more are turned away at once rather than kept waiting."""
GIVE_UP_AFTER_S: Final = 30.0
"""How long the database may be gone before those who wait are told."""

_GONE: Final = (psycopg.OperationalError, psycopg.InterfaceError, DatabaseFailure)
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0
_log = logging.getLogger(__name__)

Answer = Future[list[Posted]]


class _Batch:
    """Chains taken together, and who waits for them."""

    def __init__(self, waiting: Sequence[tuple[Chain, Answer]]) -> None:
        self.chains = [chain for chain, _ in waiting]
        self.answers = [answer for _, answer in waiting]

    def resolve(self, group: Group) -> None:
        for answer, posted in zip(self.answers, group.answers, strict=True):
            answer.set_result(posted)

    def fail(self, error: Exception) -> None:
        for answer in self.answers:
            answer.set_exception(error)


class GroupingPoster:
    """Posts from many threads or tasks at once; a context manager that posts all that waits.

    Args:
        poster: this object's alone from now on.
    """

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Chain, Answer]] = deque()
        self._judged: tuple[Group, _Batch] | None = None
        self._storing = False
        self._redo: list[_Batch] = []
        self._closing = False
        self._threads = [
            threading.Thread(target=self._judge_all, name="ledger-judge", daemon=True),
            threading.Thread(target=self._store_all, name="ledger-store", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, *transfers: Transfer) -> Answer:
        """Post one to 16 transfers as one chain; the future has an answer for each.

        The future raises LedgerUnavailable when the outcome is unknown: submit the same again.
        Raises LedgerBusy when too many wait already.
        """
        assert 1 <= len(transfers) <= MAX_CHAIN
        answer: Answer = Future()
        with self._changed:
            assert not self._closing, "closed"
            if len(self._waiting) >= MAX_WAITING:
                raise LedgerBusy
            self._waiting.append((transfers, answer))
            self._changed.notify_all()
        return answer

    def post(self, *transfers: Transfer) -> list[Posted]:
        """Post a chain and wait for it; see `submit`."""
        return self.submit(*transfers).result()

    async def post_async(self, *transfers: Transfer) -> list[Posted]:
        """Post a chain from a task; see `submit`."""
        return await asyncio.wrap_future(self.submit(*transfers))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Post all that waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._poster.close()

    # --- the judging thread ---------------------------------------------------------------

    def _judge_all(self) -> None:
        while (work := self._next_batch()) is not None:
            batch, again = work
            if again:
                self._post_again(batch)
                continue
            try:
                group = self._poster.judge(batch.chains)
            except _GONE:
                self._put_back(batch)
                continue
            self._hand_over(group, batch)
        self._hand_over(None, None)

    def _next_batch(self) -> tuple[_Batch, bool] | None:
        """Return what to judge next and whether it failed before; None when all is done."""
        with self._changed:
            self._changed.wait_for(self._something_to_judge)
            if self._redo:
                return self._redo.pop(0), True
            if not self._waiting:
                return None
            many = min(len(self._waiting), MAX_GROUP)
            if not self._storing and self._judged is None:
                self._poster.trim()
            return _Batch([self._waiting.popleft() for _ in range(many)]), False

    def _something_to_judge(self) -> bool:
        idle = self._judged is None and not self._storing
        if self._redo:
            # Memory is wrong until what failed is posted again, so nothing overtakes it.
            return idle
        return bool(self._waiting) or (self._closing and idle)

    def _hand_over(self, group: Group | None, batch: _Batch | None) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._judged is None)
            if batch is not None and self._redo:
                self._redo.append(batch)
            elif group is not None and batch is not None:
                self._judged = (group, batch)
            else:
                self._threads_done = True
            self._changed.notify_all()

    def _put_back(self, batch: _Batch) -> None:
        with self._changed:
            self._redo.append(batch)

    def _post_again(self, batch: _Batch) -> None:
        """Post a batch whose group was not stored, or may have been: its ids are looked up."""
        until, pause_s = time.monotonic() + GIVE_UP_AFTER_S, _FIRST_PAUSE_S
        while True:
            try:
                self._poster.reopen()
                group = self._poster.judge(batch.chains, look_up=True)
                self._poster.store(group)
            except (*_GONE, AnotherPoster) as error:
                _log.warning("the ledger's database does not answer: %s", type(error).__name__)
                if time.monotonic() > until:
                    batch.fail(LedgerUnavailable())
                    return
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                batch.resolve(group)
                return

    # --- the storing thread ---------------------------------------------------------------

    _threads_done = False

    def _store_all(self) -> None:
        while (work := self._next_group()) is not None:
            group, batch = work
            try:
                self._poster.store(group)
            except (pg.UniqueViolation, *_GONE) as error:
                _log.info("a group is posted again: %s", type(error).__name__)
                self._stored(failed=batch)
            else:
                self._stored()
                batch.resolve(group)

    def _next_group(self) -> tuple[Group, _Batch] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._judged is not None or self._threads_done)
            if self._judged is None:
                return None
            work, self._judged, self._storing = self._judged, None, True
            self._changed.notify_all()
            return work

    def _stored(self, failed: _Batch | None = None) -> None:
        with self._changed:
            self._storing = False
            if failed is not None:
                self._redo.append(failed)
                if self._judged is not None:
                    # It was judged upon what was not stored.
                    self._redo.append(self._judged[1])
                    self._judged = None
            self._changed.notify_all()
