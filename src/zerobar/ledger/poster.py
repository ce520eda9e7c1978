"""The poster: the one place where money moves. It judges groups in memory and stores them whole.

Balances are kept in memory from one group to the next, so a group costs the database only
appends. That holds because no one else appends: the poster's connection holds a lock that ends
with it, and every group takes the next number, which no two can take.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import errors as pg
from psycopg.pq import TransactionStatus

from zerobar.ledger import storing
from zerobar.ledger.books import Books
from zerobar.ledger.errors import AnotherPoster, RowRefused
from zerobar.ledger.inserting import prepare_inserts
from zerobar.ledger.judging import Judge
from zerobar.ledger.loading import EPOCH, last_group, load, load_accounts, recalled
from zerobar.ledger.model import Closed, Posted, Posting, Transfer
from zerobar.ledger.storing import Group

MAX_ACCOUNTS_IN_MEMORY: Final = 400_000
MAX_HOLDS_IN_MEMORY: Final = 200_000
MAX_COUNTERS_IN_MEMORY: Final = 400_000

Answer = list[Posted] | RowRefused
"""What a chain is answered: a result for each transfer, or that a row of it is refused."""

_GONE: Final = (psycopg.OperationalError, psycopg.InterfaceError)
# PostgreSQL counts these among troubles of its own, but says them of a row it cannot read or keep.
_OF_ROWS: Final = (pg.ProtocolViolation, pg.ProgramLimitExceeded)

_LOCK_KEY: Final = 0x7A65726F626172  # "zerobar"


def claim(connection: psycopg.Connection[Any]) -> None:
    """Let nobody else post, for as long as a connection lasts; raises AnotherPoster."""
    taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK_KEY,)).fetchone()
    if taken != (True,):
        raise AnotherPoster


def release(connection: psycopg.Connection[Any]) -> None:
    """Let others post again, at once: without it they wait until the server misses a connection."""
    with suppress(psycopg.Error):
        connection.execute("SELECT pg_advisory_unlock(%s)", (_LOCK_KEY,))


class Poster:
    """Judges groups and stores them, for one thread.

    Args:
        connect: opens an autocommit connection to the ledger's database.
        now: the time, aware.
        tables: the COPY statement, in binary format, for each table that rows may be for; in
            this order they are filled.

    Raises AnotherPoster when another process posts already.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        now: Callable[[], datetime],
        tables: Mapping[str, str] | None = None,
    ) -> None:
        self.tables = dict(tables or {})
        self._connect = connect
        self._now = now
        self._judge = Judge(self._load, self._recall)
        self._number = 0
        self._posted_at = EPOCH
        self._plugs: list[socket.socket] = []
        self._open()

    def post(self, postings: Sequence[Posting], *, look_up: bool = False) -> list[Answer]:
        """Judge and store a group; return once it is durable.

        A group that meets transfers answered long ago is judged again with those looked up. One
        with a row that is refused is halved until only the chain with that row is left out.
        """
        group = self.begin()
        self.judge(group, postings, look_up=look_up)
        try:
            self.store(group).finish()
        except psycopg.Error as error:
            if _is_gone(error) or (look_up and _id_is_used(error)):
                raise
            self._take_back(postings, ())
            return self._post_again(postings, error)
        return list(group.answers)

    def _post_again(self, postings: Sequence[Posting], error: psycopg.Error) -> list[Answer]:
        if _id_is_used(error):
            return self.post(postings, look_up=True)
        if len(postings) == 1:
            if not postings[0].rows:
                raise error
            return [RowRefused(" ".join(str(error).split()))]
        middle = len(postings) // 2
        first = self.post(postings[:middle], look_up=True)
        return first + self.post(postings[middle:], look_up=True)

    def close_account(self, account_id: UUID) -> Closed:
        """Close an account for ever, unless there is money on it; return once it is durable."""
        group = self.begin()
        self.judge_closings(group, [account_id])
        self.store(group).finish()
        return group.closed[0]

    def begin(self) -> Group:
        """Begin a group; judge its chains, and then store it."""
        self._judge.recent.trim()
        self._number += 1
        self._posted_at = max(self._now(), self._posted_at)
        return Group(self._number, self._posted_at)

    def judge(self, group: Group, postings: Sequence[Posting], *, look_up: bool = False) -> None:
        """Decide chains in order; nothing is stored yet, but all that follows builds on it.

        Args:
            group: that they are answered in.
            postings: the chains.
            look_up: ask the database for transfers answered before, not only memory.
        """
        if look_up:
            self._recall([t for posting in postings for t in posting.transfers])
        self._judge.judge(postings, group)
        storing.encode(group)

    def judge_closings(self, group: Group, account_ids: Sequence[UUID]) -> None:
        """Close accounts after the chains judged so far; see `judge`."""
        load_accounts(self._reading, self._judge.books, account_ids)
        for account_id in account_ids:
            group.closed.append(self._close(account_id, group))
        storing.encode(group)

    def store(self, group: Group) -> storing.Transaction:
        """Begin to store a judged group, in one transaction."""
        return storing.Transaction(self._connection, group, self.tables, self._inserts)

    def undo(self, error: Exception, postings: Sequence[Posting], closings: Sequence[UUID]) -> bool:
        """Take back in memory all that was judged and not stored, after the database's refusal.

        Tell whether that was done; else the connection is of no more use: `reopen`. Everything
        else stays in memory, so that nobody can make the poster start cold by what he sends.
        """
        refused = isinstance(error, psycopg.Error) and not _is_gone(error)
        if not refused or self._connection.info.transaction_status is not TransactionStatus.IDLE:
            return False
        try:
            self._take_back(postings, closings)
        except psycopg.Error:
            return False
        return True

    def _take_back(self, postings: Sequence[Posting], closings: Sequence[UUID]) -> None:
        self._judge.books.forget(postings, closings)
        self._judge.recent.forget(t.id.int for posting in postings for t in posting.transfers)
        self._number, self._posted_at = last_group(self._reading)

    def trim(self) -> None:
        """Keep balances in memory bounded; only for when no judged group waits to be stored."""
        if self.is_overfull:
            self._judge.books = Books()

    @property
    def is_overfull(self) -> bool:
        """Whether memory holds more than it should, so that it is time to trim."""
        books = self._judge.books
        return (
            len(books.accounts) > MAX_ACCOUNTS_IN_MEMORY
            or len(books.holds) > MAX_HOLDS_IN_MEMORY
            or len(books.counters) > MAX_COUNTERS_IN_MEMORY
        )

    def reopen(self) -> None:
        """Connect anew after the connection was lost, and forget."""
        self.close()
        self._judge = Judge(self._load, self._recall)
        self._open()

    def close(self) -> None:
        """Let another process post, at once."""
        if self._connection.info.transaction_status is TransactionStatus.IDLE:
            release(self._connection)
        self._disconnect()

    def hang_up(self) -> None:
        """Break the connections, from any thread, so that whoever waits for them gets an error."""
        for plug in list(self._plugs):
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)

    def _open(self) -> None:
        self._connection = self._plugged()
        self._reading = self._plugged()
        try:
            claim(self._connection)
        except AnotherPoster:
            self._disconnect()
            raise
        copies = (*storing.LEDGERS, *self.tables.values())
        self._inserts = prepare_inserts(self._connection, copies)
        self._number, self._posted_at = last_group(self._reading)

    def _plugged(self) -> psycopg.Connection[Any]:
        connection = self._connect()
        # A descriptor of our own: whoever hangs up must not meet one that was closed and is
        # another file's by then.
        self._plugs.append(socket.socket(fileno=os.dup(connection.pgconn.socket)))
        return connection

    def _disconnect(self) -> None:
        self._connection.close()
        self._reading.close()
        while self._plugs:
            self._plugs.pop().close()

    def _close(self, account_id: UUID, group: Group) -> Closed:
        result, before = self._judge.books.close(account_id.int)
        closed = Closed(account_id, result, before)
        if closed.ok and not closed.repeated:
            group.ended.append(account_id.int)
        return closed

    def _load(self, postings: Sequence[Posting]) -> None:
        load(self._reading, self._judge.books, postings)

    def _recall(self, transfers: Sequence[Transfer]) -> None:
        unknown = {t.id for t in transfers if self._judge.recent.get(t.id.int) is None}
        for transfer, posted in recalled(self._reading, unknown):
            self._judge.recent.newer[transfer.id.int] = transfer, posted


def _is_gone(error: Exception) -> bool:
    """Tell whether the database does not answer, or cannot work now: it is no fault of a group."""
    return isinstance(error, _GONE) and not isinstance(error, _OF_ROWS)


def _id_is_used(error: psycopg.Error) -> bool:
    """Tell whether a group was not stored because of a transfer that had been answered before."""
    return isinstance(error, pg.UniqueViolation) and error.diag.schema_name == "ledger"
