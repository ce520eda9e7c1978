"""The poster: the one place where money moves. It judges groups in memory and stores them whole.

Balances are kept in memory from one group to the next, so a group costs the database only
appends. That holds because no one else appends: the poster's connection holds a lock that ends
with it, and every group takes the next number, which no two can take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import errors as pg

from zerobar.ledger.books import AccountState, Books, Hold, NewEntry, named_accounts, named_holds
from zerobar.ledger.copying import (
    COPY_ENTRIES,
    COPY_HOLD_ENDS,
    COPY_TRANSFERS,
    entry_rows,
    hold_end_rows,
    transfer_rows,
)
from zerobar.ledger.errors import AnotherPoster
from zerobar.ledger.model import Chain, Posted, Result, Transfer, TransferKind
from zerobar.purse.money import Fen

MAX_ACCOUNTS_IN_MEMORY: Final = 400_000
MAX_RECENT: Final = 200_000
"""Transfers whose answers are kept in memory, for clients that ask again at once."""

_LOCK_KEY: Final = 0x7A65726F626172  # "zerobar"
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_LOAD_ACCOUNTS: Final = """
    SELECT a.account_id, a.floor_fen, a.currency, a.closed,
           coalesce(e.balance_fen, 0), coalesce(e.held_fen, 0), coalesce(e.number, 0)
    FROM unnest(%s::uuid[]) AS wanted(account_id)
    JOIN ledger.account a USING (account_id)
    LEFT JOIN LATERAL (
        SELECT number, balance_fen, held_fen FROM ledger.entry
        WHERE entry.account_id = a.account_id ORDER BY number DESC LIMIT 1
    ) e ON true
"""
_LOAD_HOLDS: Final = """
    SELECT t.transfer_id, t.debit_id, t.credit_id, t.amount_fen, e.hold_id IS NOT NULL
    FROM unnest(%s::uuid[]) AS wanted(transfer_id)
    JOIN ledger.transfer t USING (transfer_id)
    LEFT JOIN ledger.hold_end e ON e.hold_id = t.transfer_id
    WHERE t.kind = 2 AND t.result = 0
"""
_LOAD_TRANSFERS: Final = """
    SELECT transfer_id, posted_at, result, kind, code, debit_id, credit_id, amount_fen,
           hold_id, reference
    FROM ledger.transfer WHERE transfer_id = ANY(%s)
"""


def _again(asked: Transfer, answered: tuple[Transfer, Posted]) -> Posted:
    """Return the answer to a transfer whose id was answered before."""
    first, posted = answered
    if asked == first:
        return replace(posted, repeated=True)
    return Posted(asked.id, Result.OTHER_CONTENT, posted.posted_at)


@dataclass(slots=True)
class Group:
    """A group that has been judged and is ready to be stored.

    Attributes:
        answers: for each chain, in order, one for each of its transfers.
    """

    number: int
    posted_at: datetime
    answers: list[list[Posted]] = field(default_factory=list)
    judged: list[tuple[Transfer, Posted]] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)


class Poster:
    """Judges groups and stores them, for one thread.

    Args:
        connect: opens an autocommit connection to the ledger's database.
        now: the time, aware.

    Raises AnotherPoster when another process posts already.
    """

    def __init__(
        self, connect: Callable[[], psycopg.Connection[Any]], now: Callable[[], datetime]
    ) -> None:
        self._connect = connect
        self._now = now
        self._recent: dict[UUID, tuple[Transfer, Posted]] = {}
        self._books = Books()
        self._number = 0
        self._posted_at = _EPOCH
        self._open()

    def post(self, chains: Sequence[Chain], *, look_up: bool = False) -> list[list[Posted]]:
        """Judge and store a group; return once it is durable.

        A group that meets transfers answered long ago is judged again with those looked up.
        """
        group = self.judge(chains, look_up=look_up)
        try:
            self.store(group)
        except pg.UniqueViolation:
            self.forget()
            group = self.judge(chains, look_up=True)
            self.store(group)
        return group.answers

    def judge(self, chains: Sequence[Chain], *, look_up: bool = False) -> Group:
        """Decide every chain in order; nothing is stored yet, but later groups build on it.

        Args:
            look_up: ask the database for transfers answered before, not only memory.
        """
        if look_up:
            self._recall({t.id for chain in chains for t in chain})
        self._load(chains)
        self._number += 1
        self._posted_at = max(self._now(), self._posted_at)
        group = Group(self._number, self._posted_at)
        for chain in chains:
            group.answers.append(self._answer(chain, group))
        return group

    def store(self, group: Group) -> None:
        """Store a judged group in one transaction; return once it is durable."""
        if not group.judged:
            return
        posted_at_us = (group.posted_at - _EPOCH) // _MICROSECOND
        ends = [t for t, posted in group.judged if posted.ok and t.hold is not None]
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger.posting_group VALUES (%s, %s, %s, %s)",
                (group.number, group.posted_at, len(group.judged), len(group.entries)),
            )
            _copy(cursor, COPY_TRANSFERS, transfer_rows(group.judged, group.number, posted_at_us))
            if group.entries:
                _copy(cursor, COPY_ENTRIES, entry_rows(group.entries, posted_at_us))
            if ends:
                _copy(cursor, COPY_HOLD_ENDS, hold_end_rows(ends))

    def forget(self) -> None:
        """Drop what memory holds of balances: a judged group was not stored, or may not be."""
        self._books = Books()
        self._recent.clear()
        self._read_last_group()

    def trim(self) -> None:
        """Keep memory bounded; only to be called when no judged group waits to be stored."""
        if len(self._books.accounts) > MAX_ACCOUNTS_IN_MEMORY:
            self._books = Books()
        for old in list(islice(self._recent, max(0, len(self._recent) - MAX_RECENT))):
            del self._recent[old]

    def reopen(self) -> None:
        """Connect anew after the connection was lost, and forget."""
        self.close()
        self._books = Books()
        self._recent.clear()
        self._open()

    def close(self) -> None:
        """Let another process post."""
        self._connection.close()
        self._reading.close()

    def _open(self) -> None:
        self._connection = self._connect()
        self._reading = self._connect()
        taken = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK_KEY,)).fetchone()
        if taken != (True,):
            self.close()
            raise AnotherPoster
        self._read_last_group()

    def _read_last_group(self) -> None:
        row = self._reading.execute(
            "SELECT number, posted_at FROM ledger.posting_group ORDER BY number DESC LIMIT 1"
        ).fetchone()
        self._number, self._posted_at = row or (0, _EPOCH)

    def _answer(self, chain: Chain, group: Group) -> list[Posted]:
        recent = self._recent
        ids = {t.id for t in chain}
        assert len(ids) == len(chain), "each transfer of a chain has an id of its own"
        if not recent.keys().isdisjoint(ids):
            return self._repeated(chain, group)
        results, entries = self._books.judge(chain)
        group.entries += entries
        answers = [Posted(t.id, r, group.posted_at) for t, r in zip(chain, results, strict=True)]
        for answered in zip(chain, answers, strict=True):
            group.judged.append(answered)
            recent[answered[0].id] = answered
        return answers

    def _repeated(self, chain: Chain, group: Group) -> list[Posted]:
        """Answer a chain of which at least one id was used before; nothing is done."""
        self._recall({t.id for t in chain})
        known = [self._recent.get(t.id) for t in chain]
        return [
            _again(t, k) if k else Posted(t.id, Result.CHAIN_BROKEN, group.posted_at)
            for t, k in zip(chain, known, strict=True)
        ]

    def _load(self, chains: Sequence[Chain]) -> None:
        accounts = named_accounts(chains) - self._books.accounts.keys()
        if accounts:
            for i, floor, currency, closed, *state in self._rows(_LOAD_ACCOUNTS, accounts):
                self._books.accounts[i] = AccountState(floor, currency, closed, *state)
        holds = named_holds(chains) - self._books.holds.keys()
        if holds:
            for hold_id, *hold in self._rows(_LOAD_HOLDS, holds):
                self._books.holds[hold_id] = Hold(*hold)

    def _recall(self, transfer_ids: set[UUID]) -> None:
        unknown = transfer_ids - self._recent.keys()
        for row in self._rows(_LOAD_TRANSFERS, unknown) if unknown else ():
            transfer_id, posted_at, result, kind, code, debit, credit, amount, *rest = row
            first = Transfer(
                transfer_id, debit, credit, Fen(amount), code, TransferKind(kind), *rest
            )
            self._recent[transfer_id] = (first, Posted(transfer_id, Result(result), posted_at))

    def _rows(self, query: str, ids: Iterable[UUID]) -> list[tuple[Any, ...]]:
        return self._reading.execute(query, (list(ids),), prepare=True, binary=True).fetchall()


def _copy(cursor: psycopg.Cursor[Any], statement: str, rows: bytes) -> None:
    with cursor.copy(statement) as copy:
        copy.write(rows)
