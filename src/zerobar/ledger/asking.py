"""How callers ask the ledger, wherever it posts: from threads, from tasks, one or many at once."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

from zerobar.ledger.errors import LedgerError, LedgerUnavailable
from zerobar.ledger.model import Closed, Counter, Posted, Posting, Row, Transfer
from zerobar.ledger.poster import Answer

_Answered = TypeVar("_Answered")

MAX_MANY: Final = 1_024
"""Chains in one `submit_many`."""

ANSWERED_WITHIN_S: Final = 60.0
"""How long anybody waits for an answer; the ledger itself gives up long before."""

Outcome = list[Answer] | Answer | Closed | LedgerError
"""What a request is told: an answer to each chain, to the one, or about closing; or an error."""


class Ledger(Protocol):
    """Where all money moves; rules need no more of it than this."""

    def submit(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> Future[list[Posted]]:
        """Post one to 16 transfers as one chain; see `Asking.submit`."""
        ...

    def post(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> list[Posted]:
        """Post a chain and wait for it."""
        ...

    async def post_async(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> list[Posted]:
        """Post a chain from a task."""
        ...

    def submit_many(self, postings: Sequence[Posting]) -> Future[list[Answer]]:
        """Post many chains, each by itself; see `Asking.submit_many`."""
        ...

    def close_account(self, account_id: UUID) -> Closed:
        """Close an account for ever, unless there is money on it."""
        ...

    async def close_account_async(self, account_id: UUID) -> Closed:
        """Close an account from a task."""
        ...

    def probe(self, within_s: float) -> None:
        """Return when whatever posts has answered; see `Asking.probe`."""
        ...


class Mailbox(Protocol):
    """Whom outcomes go to, all those at once that are known at once."""

    def tell(self, told: Sequence[tuple[Request, Outcome]]) -> None:
        """Pass on outcomes."""
        ...


class Request:
    """What one caller asks, and who waits for it.

    Attributes:
        mailbox: where its outcome goes.
        waiter: what the mailbox knows it by.
        postings: chains to post.
        closing: or an account to close.
        alone: whether the caller wants the one chain's answer itself, not a list of answers.
        since_s: when it was asked, by the monotonic clock.
    """

    __slots__ = ("alone", "closing", "mailbox", "postings", "since_s", "waiter")

    def __init__(
        self,
        mailbox: Mailbox,
        waiter: Any,
        postings: Sequence[Posting] = (),
        closing: UUID | None = None,
        *,
        alone: bool = False,
    ) -> None:
        self.mailbox = mailbox
        self.waiter = waiter
        self.postings = postings
        self.closing = closing
        self.alone = alone
        self.since_s = time.monotonic()


def deliver(outcomes: Sequence[tuple[Request, Outcome]]) -> None:
    """Tell all who wait; each mailbox is told once, so an event loop is woken once."""
    sorted_out: dict[Mailbox, list[tuple[Request, Outcome]]] = {}
    for told in outcomes:
        sorted_out.setdefault(told[0].mailbox, []).append(told)
    for mailbox, told_there in sorted_out.items():
        mailbox.tell(told_there)


class _Threads:
    """Those who wait in threads, with a future each."""

    def tell(self, told: Sequence[tuple[Request, Outcome]]) -> None:
        for request, outcome in told:
            if request.waiter.set_running_or_notify_cancel():
                _settle(request.waiter, outcome)


@dataclass(frozen=True)
class _Tasks:
    """Those who wait in an event loop's tasks."""

    loop: asyncio.AbstractEventLoop

    def tell(self, told: Sequence[tuple[Request, Outcome]]) -> None:
        # A loop that ended has nobody left to tell.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(_settle_tasks, told)


def _settle_tasks(told: Sequence[tuple[Request, Outcome]]) -> None:
    for request, outcome in told:
        if not request.waiter.done():
            _settle(request.waiter, outcome)


def _settle(waiter: Future[Any] | asyncio.Future[Any], outcome: Outcome) -> None:
    if isinstance(outcome, LedgerError):
        waiter.set_exception(outcome)
    else:
        waiter.set_result(outcome)


_THREADS: Final = _Threads()


class Asking(ABC):
    """The ways to ask, upon one that takes requests."""

    @abstractmethod
    def take(self, request: Request) -> None:
        """See that a request is answered; raise LedgerBusy or RowRefused when it is not taken."""

    def submit(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> Future[list[Posted]]:
        """Post one to 16 transfers as one chain; the future has an answer for each.

        Args:
            transfers: judged in this order, and posted together or not at all.
            counters: conditions of the chain, and what it adds to them.
            rows: records that are stored if it posts.

        The future raises LedgerUnavailable when the outcome is unknown: submit the same again;
        and RowRefused when the database does not take a row.
        Raises LedgerBusy when too many wait already, and RowRefused for a table that is not known.
        """
        answer: Future[list[Posted]] = Future()
        posting = Posting(transfers, tuple(counters), tuple(rows))
        self.take(Request(_THREADS, answer, (posting,), alone=True))
        return answer

    def submit_many(self, postings: Sequence[Posting]) -> Future[list[Answer]]:
        """Post up to 1,024 chains, each by itself, in this order; see `submit`.

        The future's answers stand in the same order. One that is RowRefused is there as such, and
        the others are answered all the same.
        """
        assert 1 <= len(postings) <= MAX_MANY
        answers: Future[list[Answer]] = Future()
        self.take(Request(_THREADS, answers, postings))
        return answers

    def post(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> list[Posted]:
        """Post a chain and wait for it; see `submit`."""
        return _awaited(self.submit(*transfers, counters=counters, rows=rows), ANSWERED_WITHIN_S)

    async def post_async(
        self, *transfers: Transfer, counters: Sequence[Counter] = (), rows: Sequence[Row] = ()
    ) -> list[Posted]:
        """Post a chain from a task; see `submit`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Posted]] = loop.create_future()
        posting = Posting(transfers, tuple(counters), tuple(rows))
        self.take(Request(_Tasks(loop), answer, (posting,), alone=True))
        return await _in_time(answer)

    def close_account(self, account_id: UUID) -> Closed:
        """Close an account for ever, unless there is money on it; closing again changes nothing.

        Raises LedgerUnavailable when the outcome is unknown: close it again; and LedgerBusy.
        """
        answer: Future[Closed] = Future()
        self.take(Request(_THREADS, answer, closing=account_id))
        return _awaited(answer, ANSWERED_WITHIN_S)

    async def close_account_async(self, account_id: UUID) -> Closed:
        """Close an account from a task; see `close_account`."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Closed] = loop.create_future()
        self.take(Request(_Tasks(loop), answer, closing=account_id))
        return await _in_time(answer)

    def probe(self, within_s: float) -> None:
        """Return when whatever posts has answered; nothing is posted.

        Raises LedgerUnavailable when it has not in time, and LedgerBusy.
        """
        answer: Future[list[Answer]] = Future()
        self.take(Request(_THREADS, answer))
        _awaited(answer, within_s)


def _awaited(answer: Future[_Answered], within_s: float) -> _Answered:
    try:
        return answer.result(within_s)
    except TimeoutError:
        raise LedgerUnavailable from None


async def _in_time(answer: asyncio.Future[_Answered]) -> _Answered:
    try:
        async with asyncio.timeout(ANSWERED_WITHIN_S):
            return await answer
    except TimeoutError:
        raise LedgerUnavailable from None
