"""What the books say: balances now and then, statements, and whether everything adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from zerobar.ledger.loading import counted
from zerobar.ledger.model import Balance, Entry

NOTHING: Final = Balance(0, 0, 0)

_NEWEST: Final = """
    SELECT balance_fen, held_fen, number FROM ledger.entry
    WHERE account_id = %s ORDER BY number DESC LIMIT 1
"""
_NUMBERED: Final = """
    SELECT posted_at, balance_fen, held_fen, number FROM ledger.entry
    WHERE account_id = %s AND number = %s
"""
_STATEMENT: Final = """
    SELECT account_id, number, transfer_id, amount_fen, balance_fen, held_fen, posted_at
    FROM ledger.entry WHERE account_id = %s AND number < %s ORDER BY number DESC LIMIT %s
"""
_TRIAL: Final = """
    WITH summed AS (
        SELECT account_id, sum(amount_fen) AS total, count(*) AS many, max(number) AS newest
        FROM ledger.entry GROUP BY account_id
    )
    SELECT a.code, a.currency, count(*), sum(e.balance_fen), sum(e.held_fen),
           sum(s.total), sum(s.many), sum(s.newest),
           count(*) FILTER (WHERE s.total <> e.balance_fen OR s.many <> s.newest),
           count(*) FILTER (WHERE e.balance_fen - e.held_fen < a.floor_fen)
    FROM summed s
    JOIN ledger.account a USING (account_id)
    JOIN ledger.entry e ON e.account_id = s.account_id AND e.number = s.newest
    GROUP BY a.code, a.currency ORDER BY a.code, a.currency
"""
_LAST: Final = 2**63 - 1


def balance(connection: psycopg.Connection[Any], account_id: UUID) -> Balance:
    """Return an account's money now; nothing for one without entries."""
    row = connection.execute(_NEWEST, (account_id,)).fetchone()
    return Balance(*row) if row else NOTHING


def balance_at(connection: psycopg.Connection[Any], account_id: UUID, moment: datetime) -> Balance:
    """Return an account's money at a moment, entries of that very moment included.

    Entries of an account are numbered in the order of time, so this halves the statement until
    it is found: about 24 look-ups for ten million entries.
    """
    low, found = 0, NOTHING
    high = balance(connection, account_id).entries
    while low < high:
        middle = (low + high + 1) // 2
        row = connection.execute(_NUMBERED, (account_id, middle), prepare=True).fetchone()
        assert row is not None, "entries are numbered without gaps"
        posted_at, *money = row
        if posted_at <= moment:
            low, found = middle, Balance(*money)
        else:
            high = middle - 1
    return found


def statement(
    connection: psycopg.Connection[Any], account_id: UUID, *, before: int = _LAST, limit: int = 50
) -> list[Entry]:
    """Return entries, newest first; the next page begins `before` the last one's number."""
    rows = connection.execute(_STATEMENT, (account_id, before, limit), prepare=True).fetchall()
    return [Entry(*row) for row in rows]


def read_counter(connection: psycopg.Connection[Any], key: UUID, period: int) -> int:
    """Return a counter's total, 0 if nothing was ever counted."""
    return read_counters(connection, [(key, period)])[key, period]


def read_counters(
    connection: psycopg.Connection[Any], counters: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], int]:
    """Return the totals of many counters, by key and period, from one query."""
    found = {(key, period): total for key, period, total, _ in counted(connection, counters)}
    return {counter: found.get(counter, 0) for counter in counters}


@dataclass(frozen=True, slots=True)
class TrialLine:
    """All accounts of one code and currency.

    Attributes:
        wrong: accounts whose balance is not the sum of their entries, or with a gap.
        below_floor: accounts with less available than their floor.
    """

    code: int
    currency: int
    accounts: int
    balance: int
    held: int
    wrong: int
    below_floor: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The books of one moment. `balanced` is what they must always be."""

    lines: tuple[TrialLine, ...]

    @property
    def balanced(self) -> bool:
        """Every currency sums to zero, every balance to its entries, none is below its floor."""
        totals: dict[int, int] = {}
        for line in self.lines:
            totals[line.currency] = totals.get(line.currency, 0) + line.balance
        faults = any(line.wrong or line.below_floor for line in self.lines)
        return not faults and not any(totals.values())


def trial_balance(connection: psycopg.Connection[Any]) -> TrialBalance:
    """Return the trial balance, from one snapshot of the database; reads every entry."""
    rows = connection.execute(_TRIAL).fetchall()
    return TrialBalance(
        tuple(
            TrialLine(code, currency, many, int(total), int(held), wrong, below)
            for code, currency, many, total, held, _, _, _, wrong, below in rows
        )
    )
