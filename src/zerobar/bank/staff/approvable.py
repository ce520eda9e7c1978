"""What can be proposed: by whom, approved by whom, and what it does once approved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff.model import Role
from zerobar.client.authority import ApprovalState, Proposal

DONE: Final = "done"
"""The outcome of what was carried out; any other is the name of the problem."""

P = TypeVar("P", bound=Proposal)


@dataclass(frozen=True, slots=True)
class Approvable(Generic[P]):
    """A kind of proposal.

    Attributes:
        check: raises BankError for what could never be carried out; called when it is proposed.
        carry_out: does it, given the approval's id, which names it for ever: called again after
            an interruption it does nothing more. Raises BankError when the rules refuse it.
    """

    proposers: frozenset[Role]
    approvers: frozenset[Role]
    check: Callable[[Bank, P], None]
    carry_out: Callable[[Bank, UUID, P], None]


@dataclass(frozen=True, slots=True)
class Approval:
    """What was proposed, and what became of it.

    Attributes:
        approved: None while nobody has decided.
        outcome: DONE, or why not; None until it was carried out.
    """

    id: UUID
    proposal: Proposal
    proposed_by: UUID
    proposed_at: datetime
    expires_at: datetime
    approved: bool | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    reason: str = ""
    outcome: str | None = None
    carried_out_at: datetime | None = None

    def state(self, now: datetime) -> ApprovalState:
        """Return how far it is."""
        if self.approved is None:
            return ApprovalState.EXPIRED if now >= self.expires_at else ApprovalState.PROPOSED
        if not self.approved:
            return ApprovalState.REJECTED
        if self.outcome is None:
            return ApprovalState.APPROVED
        return ApprovalState.DONE if self.outcome == DONE else ApprovalState.FAILED
