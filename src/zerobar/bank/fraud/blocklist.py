"""The blocklist: ids in the order in which they were blocked, and signed deltas for cards.

An epoch is a place in that order. A place may be empty: then cards only learn that nothing is
newer, which they need as well, for they count payments since they last heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from zerobar.database import Connection
from zerobar.issuer import Operator
from zerobar.purse.messages import MAX_BLOCKED_IDS, BlocklistDelta

NEWEST: Final = 256
"""Ids that a card keeps; older ones need not be told."""
FRESH_FOR: Final = timedelta(minutes=10)
"""How long the newest epoch counts as news for a card that has it already."""

_LOCK_KEY: Final = 0x5A45524F424C4F43
_ADD: Final = """
    INSERT INTO bank.blocklist (epoch, blocked_id, added_at)
    SELECT coalesce((SELECT max(epoch) FROM bank.blocklist), 0)
           + row_number() OVER (ORDER BY n.place), n.id, %(now)s
    FROM unnest(%(ids)s::bytea[]) WITH ORDINALITY n (id, place)
    WHERE NOT EXISTS (SELECT FROM bank.blocklist b WHERE b.blocked_id = n.id)
"""
_NEWS: Final = """
    SELECT epoch, blocked_id FROM bank.blocklist
    WHERE epoch > %s AND blocked_id IS NOT NULL ORDER BY epoch DESC LIMIT %s
"""
_TICK: Final = """
    INSERT INTO bank.blocklist (epoch, added_at)
    SELECT coalesce(max(epoch), 0) + 1, %(now)s FROM bank.blocklist
    HAVING max(added_at) IS NULL OR max(added_at) <= %(stale)s
"""


def add(connection: Connection, ids: Sequence[bytes], now: datetime) -> None:
    """Block ids of 8 bytes, purses or whole classes; those that are blocked change nothing.

    To be called last in a transaction: others wait until it ends.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
    connection.execute(_ADD, {"ids": list(ids), "now": now})


def newest_epoch(connection: Connection) -> int:
    """Return the epoch of today; 0 while nothing was ever blocked."""
    row = connection.execute("SELECT coalesce(max(epoch), 0) FROM bank.blocklist").fetchone()
    assert row is not None
    return int(row[0])


def deltas_from(
    connection: Connection, operator: Operator, epoch: int, now: datetime
) -> tuple[BlocklistDelta, ...]:
    """Return what brings a card from its epoch to the newest one, in order; in a transaction.

    A card that has the newest is told again, as soon as that is a while ago. One that claims an
    epoch yet to come is told nothing.
    """
    latest = newest_epoch(connection)
    if epoch == latest:
        latest = _tick(connection, now)
    if epoch >= latest:
        return ()
    rows = connection.execute(_NEWS, (epoch, NEWEST)).fetchall()
    return tuple(_delta(connection, operator, *step) for step in _steps(epoch, latest, rows[::-1]))


def _tick(connection: Connection, now: datetime) -> int:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK_KEY,))
    connection.execute(_TICK, {"now": now, "stale": now - FRESH_FOR})
    return newest_epoch(connection)


def _steps(
    epoch: int, latest: int, news: Sequence[tuple[int, bytes]]
) -> list[tuple[int, int, tuple[bytes, ...]]]:
    """Cut news into what fits into a delta: from where, to where, and the ids between."""
    steps: list[tuple[int, int, tuple[bytes, ...]]] = []
    for first in range(0, max(len(news), 1), MAX_BLOCKED_IDS):
        part = news[first : first + MAX_BLOCKED_IDS]
        is_last = first + MAX_BLOCKED_IDS >= len(news)
        to = latest if is_last else part[-1][0]
        steps.append((epoch, to, tuple(blocked for _, blocked in part)))
        epoch = to
    return steps


def _delta(
    connection: Connection, operator: Operator, start: int, end: int, ids: tuple[bytes, ...]
) -> BlocklistDelta:
    """Return a delta as it was signed first: cards of one epoch share it."""
    row = connection.execute(
        "SELECT delta FROM bank.blocklist_delta WHERE from_epoch = %s AND to_epoch = %s",
        (start, end),
    ).fetchone()
    if row is not None:
        return BlocklistDelta.parse(row[0])
    made = operator.blocklist(start, end, ids)
    connection.execute(
        "INSERT INTO bank.blocklist_delta (from_epoch, to_epoch, delta) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (start, end, bytes(made)),
    )
    return made
