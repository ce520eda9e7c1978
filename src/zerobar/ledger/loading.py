"""What the poster reads: the newest state of what a group names, and answers given before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from zerobar.ledger.books import (
    NEVER,
    AccountState,
    Books,
    Count,
    Hold,
    account_field,
    floor_of,
)
from zerobar.ledger.model import Posted, Posting, Result, Transfer, TransferKind
from zerobar.ledger.recent import Answered
from zerobar.purse.money import Fen

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where PostgreSQL counts from, and when the group before the first one was posted."""

_ACCOUNTS: Final = """
    SELECT a.account_id, a.floor_fen, a.currency, ended.account_id IS NOT NULL,
           coalesce(e.balance_fen, 0), coalesce(e.held_fen, 0), coalesce(e.number, 0)
    FROM unnest(%s::uuid[]) AS wanted(account_id)
    JOIN ledger.account a USING (account_id)
    LEFT JOIN ledger.account_end ended USING (account_id)
    LEFT JOIN LATERAL (
        SELECT number, balance_fen, held_fen FROM ledger.entry
        WHERE entry.account_id = a.account_id ORDER BY number DESC LIMIT 1
    ) e ON true
"""
_HOLDS: Final = """
    SELECT t.transfer_id, t.debit_id, t.credit_id, t.amount_fen, e.hold_id IS NOT NULL
    FROM unnest(%s::uuid[]) AS wanted(transfer_id)
    JOIN ledger.transfer t USING (transfer_id)
    LEFT JOIN ledger.hold_end e ON e.hold_id = t.transfer_id
    WHERE t.kind = 2 AND t.result = 0
"""
_COUNTERS: Final = """
    SELECT wanted.key, wanted.period, newest.total, newest.number
    FROM unnest(%s::uuid[], %s::int[]) AS wanted(key, period)
    JOIN LATERAL (
        SELECT total, number FROM ledger.counter
        WHERE counter.key = wanted.key AND counter.period = wanted.period
        ORDER BY number DESC LIMIT 1
    ) newest ON true
"""
_TRANSFERS: Final = """
    SELECT transfer_id, posted_at, result, counter, debit_id, credit_id, amount_fen, code, kind,
           hold_id, reference
    FROM ledger.transfer WHERE transfer_id = ANY(%s)
"""
_LAST_GROUP: Final = (
    "SELECT number, posted_at FROM ledger.posting_group ORDER BY number DESC LIMIT 1"
)

Connection = psycopg.Connection[Any]


def last_group(connection: Connection) -> tuple[int, datetime]:
    """Return the number and time of the last group that was stored."""
    row = connection.execute(_LAST_GROUP).fetchone()
    return (row[0], row[1]) if row else (0, EPOCH)


def load(connection: Connection, books: Books, postings: Sequence[Posting]) -> None:
    """Bring into memory what postings name and what is not there yet."""
    known = books.accounts
    met = [
        transfer
        for posting in postings
        for transfer in posting.transfers
        if transfer.debit.int not in known or transfer.credit.int not in known
    ]
    load_accounts(connection, books, {account for t in met for account in (t.debit, t.credit)})
    _load_holds(connection, books, postings)
    _load_counters(connection, books, postings)


def load_accounts(connection: Connection, books: Books, account_ids: Iterable[UUID]) -> None:
    """Bring into memory those accounts that are not there yet: what is there may be newer."""
    missing = [account for account in account_ids if account.int not in books.accounts]
    for i, floor, currency, closed, *state in _rows(connection, _ACCOUNTS, missing):
        field = account_field(i.int)
        books.accounts[i.int] = AccountState(field, floor_of(floor), currency, closed, *state)


def _load_holds(connection: Connection, books: Books, postings: Sequence[Posting]) -> None:
    named = {t.hold for p in postings for t in p.transfers if t.hold is not None}
    missing = [hold for hold in named if hold.int not in books.holds]
    for i, debit, credit, amount, ended in _rows(connection, _HOLDS, missing):
        books.holds[i.int] = Hold(debit.int, credit.int, amount, ended)


def _load_counters(connection: Connection, books: Books, postings: Sequence[Posting]) -> None:
    known = books.counters
    # By whole numbers, for nearly all are known: a UUID's own hash is slow.
    asked = [c for p in postings for c in p.counters if (c.key.int, c.period) not in known]
    missing = list({(counter.key, counter.period) for counter in asked})
    # Most are only asked, and were never counted: that is worth remembering, too.
    known.update(dict.fromkeys(((key.int, period) for key, period in missing), NEVER))
    for key, period, *count in counted(connection, missing):
        known[key.int, period] = Count(*count)


def counted(
    connection: Connection, counters: Sequence[tuple[UUID, int]]
) -> Sequence[tuple[Any, ...]]:
    """Return key, period, total and number of those counters that were ever counted."""
    if not counters:
        return ()
    keys, periods = zip(*counters, strict=True)
    given = list(keys), list(periods)
    return connection.execute(_COUNTERS, given, prepare=True, binary=True).fetchall()


def recalled(connection: Connection, transfer_ids: Iterable[UUID]) -> Iterator[Answered]:
    """Read transfers that were answered before, with their answers."""
    for row in _rows(connection, _TRANSFERS, transfer_ids):
        transfer_id, posted_at, result, counter, debit, credit, amount, code, kind, *rest = row
        transfer = Transfer(
            transfer_id, debit, credit, Fen(amount), code, TransferKind(kind), *rest
        )
        yield transfer, Posted(transfer_id, Result(result), posted_at, counter=counter)


def _rows(connection: Connection, query: str, ids: Iterable[UUID]) -> Sequence[tuple[Any, ...]]:
    wanted = list(ids)
    if not wanted:
        return ()
    return connection.execute(query, (wanted,), prepare=True, binary=True).fetchall()
