"""How far batches came: a file is known by its hash, and goes on where it stopped."""

from __future__ import annotations

from datetime import datetime

from psycopg.types.json import Jsonb

from zerobar.bank.settlement.model import Reason, Tally
from zerobar.database import Connection


def commit_at_leisure(connection: Connection) -> None:
    """Let a transaction's commit not wait for the disk.

    The log is one: what is committed after it is on the disk no sooner, `finish` least of all.
    """
    connection.execute("SET LOCAL synchronous_commit = off")


def begin(
    connection: Connection, batch_hash: bytes, records: int, now: datetime
) -> tuple[int, Tally, bool]:
    """Note that a batch is being settled; return how far it came, and whether it was finished."""
    commit_at_leisure(connection)
    connection.execute(
        "INSERT INTO bank.settlement_batch (batch_hash, records, begun_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (batch_hash, records, now),
    )
    row = connection.execute(
        "SELECT done, tally, finished_at IS NOT NULL FROM bank.settlement_batch"
        " WHERE batch_hash = %s",
        (batch_hash,),
    ).fetchone()
    assert row is not None
    return row[0], _tally(row[1]), row[2]


def advance(
    connection: Connection, batch_hash: bytes, places: tuple[int, int], tally: Tally
) -> None:
    """Note how far a batch came, unless another run of the same file got there first."""
    start, end = places
    connection.execute(
        "UPDATE bank.settlement_batch SET done = %s, tally = %s"
        " WHERE batch_hash = %s AND done = %s",
        (end, Jsonb(_as_json(tally)), batch_hash, start),
    )


def finish(connection: Connection, batch_hash: bytes, now: datetime) -> None:
    """Note that nothing of a batch is left to do; all that was done for it is on the disk then."""
    # Written in any case, for without a change there would be nothing to wait for.
    connection.execute(
        "UPDATE bank.settlement_batch SET finished_at = coalesce(finished_at, %s)"
        " WHERE batch_hash = %s",
        (now, batch_hash),
    )


def _as_json(tally: Tally) -> dict[str, object]:
    return {
        "stored": tally.stored,
        "duplicates": tally.duplicates,
        "rejected": {str(int(reason)): many for reason, many in tally.rejected.items()},
    }


def _tally(kept: dict[str, object]) -> Tally:
    if not kept:
        return Tally()
    stored, duplicates, rejected = kept["stored"], kept["duplicates"], kept["rejected"]
    assert isinstance(stored, int) and isinstance(duplicates, int) and isinstance(rejected, dict)
    return Tally(stored, duplicates, {Reason(int(r)): many for r, many in rejected.items()})
