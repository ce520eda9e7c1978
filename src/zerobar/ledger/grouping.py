"""Grouping: whoever waits is posted together, while the group before is being stored.

One thread does both: it judges a slice of the next group whenever the database is busy with the
last one. Two threads would get into each other's way, for Python runs only one at a time. The
next group is all that came in while the last one went to the disk, so groups grow with the load
and nobody waits for a timer. A few are judged only when it is their turn: to begin at once would
leave out those that come in a moment, and a group costs as much for one as for ten.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Self

import psycopg

from zerobar.database import DatabaseFailure
from zerobar.ledger.asking import Asking, Outcome, Request, deliver
from zerobar.ledger.errors import (
    AnotherPoster,
    LedgerBusy,
    LedgerUnavailable,
    PosterDied,
    RowRefused,
)
from zerobar.ledger.model import Closed
from zerobar.ledger.poster import Answer, Poster
from zerobar.ledger.storing import Group, Transaction
from zerobar.ledger.watching import Watch

MAX_GROUP: Final = 8_192
"""Chains in one group, when not a single caller asks for more."""
WORTH_JUDGING: Final = 256
"""Chains that are judged before the group ahead of them is stored, and not fewer."""
MAX_WAITING: Final = 65_536
"""Chains that wait at most; more are turned away at once rather than kept waiting."""
GIVE_UP_AFTER_S: Final = 30.0
"""How long the database may be gone before those who wait are told."""

SILENCE_S: Final = 15.0
"""How long the database may say nothing while it is waited for; then its connections are broken."""
WARY_GROUPS: Final = 1_000
"""Groups that are judged with all their ids looked up, after one that met a used id on the disk."""

_FAILURES: Final = (psycopg.Error, DatabaseFailure)
_SLICE: Final = 256
"""Chains that are judged at a stretch: the database takes longer for as many."""
_LOOK_EVERY_MS: Final = 1
"""How often to look for new requests while a group is stored."""
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 2.0
_log = logging.getLogger(__name__)


class _Batch:
    """Requests taken together."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self.requests = requests
        self.postings = [posting for request in requests for posting in request.postings]
        self.closings = [r.closing for r in requests if r.closing is not None]
        self.since_s = requests[0].since_s
        self.is_told = False

    def resolve(self, answers: Sequence[Answer], closed: Sequence[Closed]) -> None:
        self.is_told = True
        ended, at = iter(closed), 0
        outcomes: list[tuple[Request, Outcome]] = []
        for request in self.requests:
            if request.closing is not None:
                outcomes.append((request, next(ended)))
            elif request.alone:
                outcomes.append((request, answers[at]))
                at += 1
            else:
                until = at + len(request.postings)
                outcomes.append((request, list(answers[at:until])))
                at = until
        deliver(outcomes)

    def fail(self) -> None:
        self.is_told = True
        deliver([(request, LedgerUnavailable()) for request in self.requests])


class _Storing:
    """A group on its way to the disk, and who waits for it."""

    def __init__(self, transaction: Transaction, group: Group, batch: _Batch) -> None:
        self.batch = batch
        self.is_done = False
        self._transaction = transaction
        self._group = group

    def advance(self, patience_ms: int | None = 0) -> bool:
        """Go on as far as the database lets us; return whether all is durable: `tell` then."""
        if not self.is_done:
            self.is_done = self._transaction.advance(patience_ms)
        return self.is_done

    def tell(self) -> None:
        """Tell those who wait, once all is durable."""
        assert self.is_done
        if not self.batch.is_told:
            self.batch.resolve(self._group.answers, self._group.closed)


class GroupingPoster(Asking):
    """Posts from many threads or tasks at once; a context manager that posts all that waits.

    Whoever asks is answered in bounded time, also when the database hangs.

    Args:
        poster: this object's alone from now on.
        died: called if the thread that posts ends by a mistake of ours; the process should end
            then, for nothing is posted any more and all who ask are told LedgerUnavailable.
    """

    def __init__(self, poster: Poster, died: Callable[[], None] | None = None) -> None:
        self._poster = poster
        self._died = died
        self._before: _Storing | None = None
        self._batch: _Batch | None = None
        self._wary_groups = 0
        self._is_dead = False
        self._watch = Watch(poster.hang_up, SILENCE_S)
        self._changed = threading.Condition()
        self._waiting: deque[Request] = deque()
        self._waiting_chains = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ledger-poster", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Post all that waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        self._poster.close()
        self._watch.close()

    def require_alive(self) -> None:
        """Raise PosterDied if the thread that posts has ended by a mistake."""
        if self._is_dead:
            raise PosterDied

    def take(self, request: Request) -> None:
        """Let a request be in the next group."""
        self._check_tables(request)
        many = len(request.postings) or 1
        with self._changed:
            assert not self._closing, "closed"
            if self._is_dead:
                raise LedgerUnavailable
            if self._waiting_chains + many > MAX_WAITING:
                raise LedgerBusy
            # The poster sleeps only when nothing waits, so the first to come wakes it for all.
            if not self._waiting:
                self._changed.notify_all()
            self._waiting.append(request)
            self._waiting_chains += many

    def _check_tables(self, request: Request) -> None:
        for chain in request.postings:
            for row in chain.rows:
                if row.table not in self._poster.tables:
                    raise RowRefused(f"the poster was given no table {row.table}")

    # --- the posting thread ---------------------------------------------------------------

    def _run(self) -> None:
        try:
            while self._before is not None or self._something_waits():
                self._batch = self._next_batch(self._before)
                self._post_next()
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread
            self._die(error)

    def _post_next(self) -> None:
        try:
            self._before = self._go_on(self._before, self._batch)
        except _FAILURES as error:
            _log.info("a group is posted again: %s", type(error).__name__)
            self._all_again(error)
            self._before = None
        self._batch = None

    def _die(self, error: Exception) -> None:
        """Tell everybody that nothing is posted any more: a mistake of ours, and never to be."""
        # Without the error's own words, which may repeat what was sent.
        places = "".join(traceback.format_tb(error.__traceback__))
        _log.critical("the thread that posts has ended: %s\n%s", type(error).__name__, places)
        self._watch.rest()
        with self._changed:
            self._is_dead = True
            waiting, self._waiting = list(self._waiting), deque()
        for batch in self._unstored():
            batch.fail()
        deliver([(request, LedgerUnavailable()) for request in waiting])
        if self._died is not None:
            self._died()

    def _unstored(self) -> list[_Batch]:
        """Return what was taken and is not answered yet."""
        before = None if self._before is None else self._before.batch
        return [each for each in (before, self._batch) if each is not None and not each.is_told]

    def _something_waits(self) -> bool:
        """Sleep until there is something to post; tell whether there is."""
        self._watch.rest()
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
        self._watch.stir()
        return bool(self._waiting)

    def _next_batch(self, before: _Storing | None) -> _Batch | None:
        """Return what to judge now; None when there is only a group to be stored."""
        if before is None:
            self._poster.trim()
        elif self._poster.is_overfull or self._waiting_chains < WORTH_JUDGING:
            # Memory can be trimmed only when nothing judged by it waits to be stored.
            return None
        requests = self._taken()
        return _Batch(requests) if requests else None

    def _taken(self) -> list[Request]:
        with self._changed:
            taken: list[Request] = []
            chains = 0
            while self._waiting:
                more = len(self._waiting[0].postings) or 1
                if taken and chains + more > MAX_GROUP:
                    break
                taken.append(self._waiting.popleft())
                chains += more
            self._waiting_chains -= chains
            return taken

    def _go_on(self, before: _Storing | None, batch: _Batch | None) -> _Storing | None:
        """Judge a batch while the group before is stored; return what is being stored then."""
        if batch is None:
            assert before is not None
            if not before.advance(_LOOK_EVERY_MS):
                return before
            before.tell()
            return None
        group, look_up = self._poster.begin(), self._is_wary()
        for start in range(0, len(batch.postings), _SLICE):
            some = batch.postings[start : start + _SLICE]
            self._poster.judge(group, some, look_up=look_up)
            self._watch.stir()
            if before is not None and before.advance():
                before.tell()
        self._poster.judge_closings(group, batch.closings)
        while before is not None and not before.advance(None):
            pass
        self._watch.stir()
        return self._stored_after(before, group, batch)

    def _stored_after(self, before: _Storing | None, group: Group, batch: _Batch) -> _Storing:
        """Begin to store a group, and tell those who waited for the one before, which is durable.

        In this order, for the database has something to do then while they are told.
        """
        if before is None:
            return _Storing(self._poster.store(group), group, batch)
        try:
            storing = _Storing(self._poster.store(group), group, batch)
            storing.advance(_LOOK_EVERY_MS)
            return storing
        finally:
            before.tell()

    def _is_wary(self) -> bool:
        """Tell whether to look up all ids: whoever sends used ones must not cost us groups."""
        self._wary_groups = max(0, self._wary_groups - 1)
        return self._wary_groups > 0

    def _all_again(self, error: Exception) -> None:
        """Post all anew: what was judged upon a group that failed is as wrong as that group."""
        unstored = self._unstored()
        self._wary_groups = WARY_GROUPS
        postings = [posting for batch in unstored for posting in batch.postings]
        closings = [account for batch in unstored for account in batch.closings]
        is_good = self._poster.undo(error, postings, closings)
        for batch in unstored:
            is_good = self._post_again(batch, is_good)

    def _post_again(self, batch: _Batch, is_good: bool) -> bool:
        """Post a batch whose group was not stored, or may have been: its ids are looked up.

        Take and return whether the connection is good.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            self._watch.stir()
            try:
                if not is_good:
                    self._poster.reopen()
                answers = self._poster.post(batch.postings, look_up=True)
                closed = [self._poster.close_account(account) for account in batch.closings]
            except (*_FAILURES, AnotherPoster) as error:
                _log.warning("the ledger's database does not answer: %s", type(error).__name__)
                is_good = False
                self._give_up_on_late()
                if time.monotonic() > batch.since_s + GIVE_UP_AFTER_S:
                    # Memory holds what was judged and perhaps not stored. Without a connection,
                    # nobody can judge upon it: whoever tries has to reopen first.
                    self._poster.hang_up()
                    batch.fail()
                    return False
                time.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                batch.resolve(answers, closed)
                return True

    def _give_up_on_late(self) -> None:
        """Tell those who have waited too long that the outcome is not known."""
        until_s, late = time.monotonic() - GIVE_UP_AFTER_S, []
        with self._changed:
            while self._waiting and self._waiting[0].since_s < until_s:
                late.append(self._waiting.popleft())
            self._waiting_chains -= sum(len(request.postings) or 1 for request in late)
        deliver([(request, LedgerUnavailable()) for request in late])
