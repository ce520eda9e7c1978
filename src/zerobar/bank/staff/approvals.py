"""Two people decide: one proposes, another approves, and then it is carried out exactly once.

An approval has its own id from the start, made by whoever proposes. That id also names what is
carried out, a transfer for instance: so being asked twice, two approvers at once, or a program
that dies in between never does it twice; `carry_out_approved` finishes what was interrupted.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict, IdUsed, InvalidInput, NotFound, Refused
from zerobar.bank.staff import approval_store as store
from zerobar.bank.staff import audit
from zerobar.bank.staff.approvable import DONE, Approvable, Approval
from zerobar.bank.staff.approvables import APPROVABLES
from zerobar.bank.staff.codes import IssuedCode, issued_code
from zerobar.bank.staff.errors import (
    AlreadyDecided,
    ApprovalExpired,
    ApprovalUnknown,
    CodeGone,
    NotTheProposer,
    SamePerson,
)
from zerobar.bank.staff.model import StaffSession
from zerobar.client.authority import AddStaff, Proposal, RenewCode
from zerobar.database import Connection
from zerobar.database.batches import put_off

LIFETIME: Final = timedelta(hours=24)
_AT_ONCE: Final = 100
_SUBJECTS: Final = (
    "wallet_id",
    "purse_id",
    "purse_class",
    "order_id",
    "merchant_id",
    "shop_id",
    "label",
    "server_key",
    "payer_id",
    "entry",
    "staff_id",
    "operator_id",
    "amount_fen",
)
"""What the audit trail says of a proposal; who wants to know the rest reads the proposal."""
_APPROVING: Final = ("approve", "carry-out")
_REFUSALS: Final = (Refused, Conflict, NotFound, InvalidInput)


def propose(bank: Bank, session: StaffSession, approval_id: UUID, proposal: Proposal) -> Approval:
    """Put something before a second person, who has 24 hours.

    The same again returns what became of it. Raises RoleMissing, IdUsed, and what the proposal's
    own check raises.
    """
    approvable = approvable_of(proposal)
    session.require(*approvable.proposers)
    approvable.check(bank, proposal)
    now = bank.clock()
    new = Approval(approval_id, proposal, session.staff_id, now, now + LIFETIME)
    with bank.transaction() as connection:
        if store.insert(connection, new):
            _note(bank, connection, session.staff_id, "propose", new)
            return new
        known = _locked(connection, approval_id)
    if (known.proposal, known.proposed_by) != (proposal, session.staff_id):
        raise IdUsed
    return known


def approve(bank: Bank, session: StaffSession, approval_id: UUID) -> Approval:
    """Approve what somebody else proposed, and carry it out.

    The same approver may ask again, for instance when the answer was lost. Raises ApprovalUnknown,
    RoleMissing, SamePerson, AlreadyDecided, ApprovalExpired; Unavailable when it is approved but
    not known to be carried out: ask again.
    """
    with bank.transaction() as connection:
        approval = _locked(connection, approval_id)
        session.require(*approvable_of(approval.proposal).approvers)
        if approval.proposed_by == session.staff_id:
            raise SamePerson
        if _is_open(bank, session, approval, approved=True):
            store.decide(connection, approval_id, True, session.staff_id, "", bank.clock())
            _note(bank, connection, session.staff_id, "approve", approval)
    return carry_out(bank, approval_id)


def reject(bank: Bank, session: StaffSession, approval_id: UUID, reason: str) -> Approval:
    """Reject what was proposed; whoever proposed it may so withdraw it.

    Raises ApprovalUnknown, RoleMissing, AlreadyDecided, ApprovalExpired.
    """
    with bank.transaction() as connection:
        approval = _locked(connection, approval_id)
        if approval.proposed_by != session.staff_id:
            session.require(*approvable_of(approval.proposal).approvers)
        if _is_open(bank, session, approval, approved=False):
            now = bank.clock()
            store.decide(connection, approval_id, False, session.staff_id, reason, now)
            _note(bank, connection, session.staff_id, "reject", approval, reason=reason)
        return _locked(connection, approval_id)


def carry_out(bank: Bank, approval_id: UUID) -> Approval:
    """Do what was approved, unless it is done; return what became of it.

    Raises Unavailable while that is not known.
    """
    approval = read_approval(bank, approval_id)
    if not approval.approved or approval.outcome is not None:
        return approval
    outcome = DONE
    try:
        approvable_of(approval.proposal).carry_out(bank, approval.id, approval.proposal)
    except _REFUSALS as refusal:
        outcome = refusal.problem
    assert approval.decided_by is not None
    with bank.transaction() as connection:
        if store.finish(connection, approval_id, outcome, bank.clock()):
            _note(bank, connection, approval.decided_by, "carry-out", approval, outcome=outcome)
    return read_approval(bank, approval_id)


def carry_out_approved(bank: Bank) -> int:
    """Finish what was approved and then interrupted; return how many are carried out now."""
    with bank.connection() as connection:
        interrupted = store.approved_not_carried_out(connection, bank.clock(), _AT_ONCE)

    def finish(approval: Approval) -> bool:
        return carry_out(bank, approval.id).outcome is not None

    def postpone(approval: Approval) -> None:
        with bank.connection() as connection:
            put_off(connection, "bank.approval", "approval_id", approval.id, bank.clock())

    return do_each("approvals", interrupted, finish, postpone)


def enrolment_code(bank: Bank, session: StaffSession, approval_id: UUID) -> IssuedCode:
    """Return the one-time code that came of an approval, to who proposed it.

    Raises ApprovalUnknown, NotTheProposer, CodeGone.
    """
    approval = read_approval(bank, approval_id)
    if approval.proposed_by != session.staff_id:
        raise NotTheProposer
    if approval.outcome != DONE or not isinstance(approval.proposal, AddStaff | RenewCode):
        raise CodeGone
    return issued_code(bank, approval.proposal.staff_id, approval.id)


def read_approval(bank: Bank, approval_id: UUID) -> Approval:
    """Return what became of a proposal; raises ApprovalUnknown."""
    with bank.connection() as connection:
        approval = store.approval(connection, approval_id)
    if approval is None:
        raise ApprovalUnknown
    return approval


def approvable_of(proposal: Proposal) -> Approvable[Any]:
    """Return the rules of a proposal's kind."""
    return APPROVABLES[type(proposal)]


def _locked(connection: Connection, approval_id: UUID) -> Approval:
    approval = store.lock(connection, approval_id)
    if approval is None:
        raise ApprovalUnknown
    return approval


def _is_open(bank: Bank, session: StaffSession, approval: Approval, *, approved: bool) -> bool:
    """Return whether this decision is the first; False if the same person decided the same."""
    if approval.approved is not None:
        if (approval.approved, approval.decided_by) == (approved, session.staff_id):
            return False
        raise AlreadyDecided("approved" if approval.approved else "rejected")
    if bank.clock() >= approval.expires_at:
        raise ApprovalExpired
    return True


def _note(
    bank: Bank, connection: Connection, by: UUID, action: str, approval: Approval, **more: str
) -> None:
    """Write down who did what about a proposal, to what, and who proposed and approved it."""
    kind = store.kind_of(approval.proposal)
    details: dict[str, object] = {"approval_id": approval.id, "proposed_by": approval.proposed_by}
    if action in _APPROVING:
        details["approved_by"] = by
    for name in _SUBJECTS:
        if hasattr(approval.proposal, name):
            details[name] = getattr(approval.proposal, name)
    audit.append(bank, connection, by, f"{action}-{kind}", **details, **more)
