"""A log that comes in parts: kept until a state that it leads to is here as well.

Entries are not signed, so a part proves nothing: it waits, whatever is in it, and is followed to
the state with the rest. A part that does not lead there is thrown away with the others, and the log
is read again from where it is held for good. So a sync that was cut has not to begin anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.syncing import store
from zerobar.bank.syncing.errors import LogRefused
from zerobar.bank.syncing.model import MOST_ENTRIES
from zerobar.database import Connection
from zerobar.purse.messages import LogEntry, State

_KEEP: Final = """
    INSERT INTO bank.purse_log_part (purse_id, entry, content) VALUES (%s, %s, %s)
    ON CONFLICT (purse_id, entry) DO UPDATE SET content = excluded.content
"""
_KEPT: Final = """
    SELECT content FROM bank.purse_log_part WHERE purse_id = %s AND entry BETWEEN %s AND %s
    ORDER BY entry
"""
# The first that is missing ends what is kept in a row.
_END: Final = """
    SELECT coalesce(max(entry), %(known)s) FROM (
        SELECT entry, row_number() OVER (ORDER BY entry) AS place
        FROM bank.purse_log_part WHERE purse_id = %(id)s AND entry > %(known)s
    ) part WHERE entry = %(known)s + place
"""


def keep_part(bank: Bank, state: State, entries: Sequence[LogEntry]) -> int:
    """Keep a part of the log of a purse whose signed state is shown; return up to where it is here.

    The state was checked before. Raises LogRefused for entries that cannot be of that log, or that
    do not follow what is here.
    """
    with bank.transaction() as connection:
        known = store.locked_head(connection, state.id).position.entry
        here = end_of(connection, state.id, known)
        _check(state, entries, known, here)
        rows = [(state.id, entry.entry, bytes(entry)) for entry in entries if entry.entry > known]
        connection.cursor().executemany(_KEEP, rows)
        return end_of(connection, state.id, known)


def end_of(connection: Connection, purse_id: bytes, known: int) -> int:
    """Return up to where a log is here, its parts included; `known`: it is held for good."""
    row = connection.execute(_END, {"id": purse_id, "known": known}).fetchone()
    assert row is not None
    return int(row[0])


def kept(connection: Connection, purse_id: bytes, first: int, last: int) -> list[LogEntry]:
    """Return the entries that are kept between two, both included."""
    rows = connection.execute(_KEPT, (purse_id, first, last)).fetchall()
    return [LogEntry.parse(content) for (content,) in rows]


def forget(connection: Connection, purse_id: bytes) -> None:
    """Throw a purse's parts away: its log is held, or they do not lead to its state."""
    connection.execute("DELETE FROM bank.purse_log_part WHERE purse_id = %s", (purse_id,))


def _check(state: State, entries: Sequence[LogEntry], known: int, here: int) -> None:
    numbers = [entry.entry for entry in entries]
    if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise LogRefused("its entries do not follow one another", known)
    if numbers[0] > here + 1:
        raise LogRefused(f"entry {here + 1} is missing", here)
    if numbers[-1] > min(state.entry, known + MOST_ENTRIES):
        raise LogRefused("it goes beyond the purse's state", known)
