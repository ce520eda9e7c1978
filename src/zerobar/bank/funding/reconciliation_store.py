"""Reading and writing what came of comparing the bank's statements."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.funding.reconciling import Difference, DifferenceKind, Subject
from zerobar.database import Connection
from zerobar.purse.money import Fen

_COLUMNS: Final = (
    "operator_id, day, made_at, lines, matched, paid_in_fen, paid_out_fen, transfers,"
    " transferred_fen, differing, differences"
)
_RECONCILIATION: Final = f"SELECT {_COLUMNS} FROM bank.reconciliation "  # noqa: S608 - columns


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A day's statement of the operator's account, compared.

    Attributes:
        day: in China, as 20261125.
        lines: of the statement.
        matched: card bookings that agree with our orders.
        paid_in: what cards paid, of those.
        paid_out: what cards were given, of those.
        transfers: to merchants' banks that agree with our settlements.
        transferred: their sum.
        differing: how many differences there are; none, if all is well.
        differences: the first of them.
    """

    operator_id: UUID
    day: int
    made_at: datetime
    lines: int
    matched: int
    paid_in: Fen
    paid_out: Fen
    transfers: int
    transferred: Fen
    differing: int
    differences: tuple[Difference, ...]


def insert_reconciliation(connection: Connection, new: Reconciliation) -> None:
    """Store what came of a day; the first result stays."""
    connection.execute(
        f"INSERT INTO bank.reconciliation ({_COLUMNS})"  # noqa: S608 - columns, no input
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb) ON CONFLICT DO NOTHING",
        (
            new.operator_id,
            new.day,
            new.made_at,
            new.lines,
            new.matched,
            int(new.paid_in),
            int(new.paid_out),
            new.transfers,
            int(new.transferred),
            new.differing,
            json.dumps([_written(difference) for difference in new.differences]),
        ),
    )


def reconciliation(connection: Connection, operator_id: UUID, day: int) -> Reconciliation | None:
    """Return what came of a day, if it was compared."""
    row = connection.execute(
        _RECONCILIATION + "WHERE operator_id = %s AND day = %s", (operator_id, day)
    ).fetchone()
    return _read(row) if row else None


def reconciliations(
    connection: Connection, operator_id: UUID, before: int | None, limit: int
) -> list[Reconciliation]:
    """Return what came of days, the newest first, before a day if given."""
    rows = connection.execute(
        _RECONCILIATION + "WHERE operator_id = %s AND (%s::bigint IS NULL OR day < %s)"
        " ORDER BY day DESC LIMIT %s",
        (operator_id, before, before, limit),
    ).fetchall()
    return [_read(row) for row in rows]


def last_day(connection: Connection, operator_id: UUID) -> int | None:
    """Return the newest day that was compared."""
    row = connection.execute(
        "SELECT max(day) FROM bank.reconciliation WHERE operator_id = %s", (operator_id,)
    ).fetchone()
    return row[0] if row else None


def began_at(connection: Connection, operator_id: UUID) -> datetime | None:
    """Return when an operator began; None if it is not registered."""
    row = connection.execute(
        "SELECT created_at FROM bank.operator WHERE operator_id = %s", (operator_id,)
    ).fetchone()
    return row[0] if row else None


def _written(difference: Difference) -> dict[str, Any]:
    return {
        "subject": difference.subject.value,
        "kind": difference.kind.value,
        "reference": difference.reference,
        "ours_fen": difference.ours,
        "theirs_fen": difference.theirs,
    }


def _read(row: tuple[Any, ...]) -> Reconciliation:
    operator, day, made_at, lines, matched, paid_in, paid_out, *transfers, differing, found = row
    moved, transferred = transfers
    return Reconciliation(
        operator, day, made_at, lines, matched, Fen(paid_in), Fen(paid_out), moved,
        Fen(transferred), differing, tuple(map(_read_difference, found)),
    )  # fmt: skip


def _read_difference(written: dict[str, Any]) -> Difference:
    ours, theirs = (
        None if written[name] is None else Fen(written[name]) for name in ("ours_fen", "theirs_fen")
    )
    kind, subject = DifferenceKind(written["kind"]), Subject(written["subject"])
    return Difference(kind, written["reference"], ours, theirs, subject)
