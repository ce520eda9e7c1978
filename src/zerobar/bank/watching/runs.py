"""Files of vouchers that were handed in: how far each is settled, and what was refused of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import InvalidInput, NotFound
from zerobar.bank.settlement.model import Reason
from zerobar.bank.settlement.telling import REFUSALS
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import RejectShown, RunShown

_RUN: Final = (
    "SELECT batch_hash, records, done, tally, begun_at, finished_at FROM bank.settlement_batch "
)
_RUNS: Final = (
    _RUN  # noqa: S608 - all of it is written here
    + """
    WHERE %(after)s::bytea IS NULL OR (begun_at, batch_hash) < (
        SELECT begun_at, batch_hash FROM bank.settlement_batch
        WHERE substring(batch_hash for 16) = %(after)s LIMIT 1)
    ORDER BY begun_at DESC, batch_hash DESC LIMIT %(limit)s
    """
)
_REJECTS: Final = """
    SELECT raw_hash, batch_hash, place, reason, rejected_at FROM bank.voucher_reject
    WHERE batch_hash = %(batch)s AND (%(reason)s::smallint IS NULL OR reason = %(reason)s)
      AND place > %(after)s
    ORDER BY place LIMIT %(limit)s
"""


class RunUnknown(NotFound):
    """No file of this hash was handed in."""

    problem = "settlement-run-unknown"

    def __init__(self) -> None:
        super().__init__(
            "No file of vouchers with this hash was handed in.",
            "Take the hash from the list of settlement runs.",
        )


class ReasonUnknown(InvalidInput):
    """No record is ever refused for this reason."""

    problem = "reason-unknown"

    def __init__(self) -> None:
        super().__init__(
            "No record is refused for such a reason.",
            f"Name one of these: {', '.join(each.name.lower() for each in Reason)}.",
        )


def list_runs(bank: Bank, session: StaffSession, after: UUID | None, limit: int) -> list[RunShown]:
    """Return files of vouchers, newest first; after: `run_place` of one. Raises RoleMissing."""
    session.require(*ROLES)
    parameters = {"after": None if after is None else after.bytes, "limit": limit}
    with bank.connection() as connection:
        return [_run(row) for row in connection.execute(_RUNS, parameters)]


def run_place(run: RunShown) -> UUID:
    """Return what the list goes on after."""
    return UUID(bytes=bytes.fromhex(run.batch)[:16])


def read_run(bank: Bank, session: StaffSession, batch: bytes) -> RunShown:
    """Return how far a file is settled; raises RoleMissing or RunUnknown."""
    session.require(*ROLES)
    with bank.connection() as connection:
        row = connection.execute(_RUN + "WHERE batch_hash = %s", (batch,)).fetchone()
    if row is None:
        raise RunUnknown
    return _run(row)


def list_rejects(
    bank: Bank,
    session: StaffSession,
    batch: bytes,
    reason: Reason | None,
    places: tuple[int, int],
) -> list[RejectShown]:
    """Return what was refused of a file, in its order; raises RoleMissing or RunUnknown.

    Args:
        batch: SHA-256 of the file.
        reason: None for all.
        places: after which place of the file, and how many.
    """
    read_run(bank, session, batch)
    after, limit = places
    parameters = {"batch": batch, "reason": reason, "after": after, "limit": limit}
    with bank.connection() as connection:
        return [_reject(*row) for row in connection.execute(_REJECTS, parameters)]


def _run(row: tuple[Any, ...]) -> RunShown:
    batch_hash, records, done, tally, begun_at, finished_at = row
    return RunShown(
        batch=batch_hash.hex(),
        records=records,
        done=min(done, records),
        stored=tally.get("stored", 0),
        duplicates=tally.get("duplicates", 0),
        rejected={
            Reason(int(reason)).name.lower(): many
            for reason, many in tally.get("rejected", {}).items()
        },
        begun_at=begun_at,
        finished_at=finished_at,
    )


def _reject(
    raw_hash: bytes, batch_hash: bytes, place: int, reason: int, rejected_at: Any
) -> RejectShown:
    return RejectShown(
        record=raw_hash.hex(),
        batch=batch_hash.hex(),
        place=place,
        reason=Reason(reason).name.lower(),
        sentence=REFUSALS[Reason(reason)],
        rejected_at=rejected_at,
    )
