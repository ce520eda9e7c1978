"""Reading and writing what two people decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from zerobar.bank.staff.approvable import Approval
from zerobar.client.authority import Proposal
from zerobar.database import Connection

_APPROVAL: Final = (
    "SELECT approval_id, proposal, proposed_by, proposed_at, expires_at, approved, decided_by,"
    " decided_at, reason, outcome, carried_out_at FROM bank.approval "
)
_PAGE: Final = (
    "SELECT approval_id, proposal, proposed_by, proposed_at, expires_at, approved, decided_by,"
    " decided_at, reason, outcome, carried_out_at FROM bank.approval"
    " WHERE %(before)s::uuid IS NULL OR (proposed_at, approval_id) <"
    " (SELECT proposed_at, approval_id FROM bank.approval WHERE approval_id = %(before)s)"
    " ORDER BY proposed_at DESC, approval_id DESC LIMIT %(limit)s"
)
# Sorted, so that the same proposal is the same text, whoever wrote it.
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final[msgspec.json.Decoder[Proposal]] = msgspec.json.Decoder(Proposal)


def insert(connection: Connection, approval: Approval) -> bool:
    """Store a proposal; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.approval (approval_id, kind, proposal, proposed_by, proposed_at,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING kind",
        (
            approval.id,
            kind_of(approval.proposal),
            _ENCODER.encode(approval.proposal).decode(),
            approval.proposed_by,
            approval.proposed_at,
            approval.expires_at,
        ),
    ).fetchone()
    return done is not None


def kind_of(proposal: Proposal) -> str:
    """Return the word that tells proposals apart."""
    tag = proposal.__struct_config__.tag
    assert isinstance(tag, str)
    return tag


def read_proposal(text: str) -> Proposal:
    """Return a proposal from how it is stored."""
    return _DECODER.decode(text)


def approval(connection: Connection, approval_id: UUID) -> Approval | None:
    """Return an approval by id."""
    row = connection.execute(_APPROVAL + "WHERE approval_id = %s", (approval_id,)).fetchone()
    return _approval(row) if row else None


def lock(connection: Connection, approval_id: UUID) -> Approval | None:
    """Return an approval by id, and let nobody else decide in this transaction."""
    row = connection.execute(
        _APPROVAL + "WHERE approval_id = %s FOR UPDATE", (approval_id,)
    ).fetchone()
    return _approval(row) if row else None


def approvals_before(connection: Connection, before: UUID | None, limit: int) -> list[Approval]:
    """Return approvals, newest first; `before`: the one that the last page ended with."""
    rows = connection.execute(_PAGE, {"before": before, "limit": limit}).fetchall()
    return [_approval(row) for row in rows]


def approved_not_carried_out(connection: Connection, now: datetime, limit: int) -> list[Approval]:
    """Return what was approved and then interrupted, and is due to be tried again."""
    rows = connection.execute(
        _APPROVAL + "WHERE approved AND outcome IS NULL AND next_try_at <= %s"
        " ORDER BY next_try_at LIMIT %s",
        (now, limit),
    ).fetchall()
    return [_approval(row) for row in rows]


def decide(
    connection: Connection, approval_id: UUID, approved: bool, by: UUID, reason: str, now: datetime
) -> None:
    """Store a decision on an approval that is locked and undecided."""
    connection.execute(
        "UPDATE bank.approval SET approved = %s, decided_by = %s, decided_at = %s, reason = %s,"
        " next_try_at = %s WHERE approval_id = %s AND approved IS NULL",
        (approved, by, now, reason, now, approval_id),
    )


def finish(connection: Connection, approval_id: UUID, outcome: str, now: datetime) -> bool:
    """Store what came of an approval; return False if that is known already."""
    done = connection.execute(
        "UPDATE bank.approval SET outcome = %s, carried_out_at = %s"
        " WHERE approval_id = %s AND approved AND outcome IS NULL RETURNING kind",
        (outcome, now, approval_id),
    ).fetchone()
    return done is not None


def _approval(row: tuple[Any, ...]) -> Approval:
    approval_id, proposal, *rest = row
    return Approval(approval_id, _DECODER.decode(proposal), *rest)
