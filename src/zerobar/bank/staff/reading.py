"""What staff may look at: who works here, and what was done."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff import approval_store, audit, store
from zerobar.bank.staff.approvable import Approval
from zerobar.bank.staff.errors import ApprovalUnknown, StaffUnknown
from zerobar.bank.staff.model import Role, StaffMember, StaffSession


def members(bank: Bank, session: StaffSession, after: UUID | None, limit: int) -> list[StaffMember]:
    """Return staff in the order of their ids; raises RoleMissing."""
    session.require(Role.ADMINISTRATOR)
    with bank.connection() as connection:
        return store.members(connection, after, limit)


def colleague(bank: Bank, session: StaffSession, staff_id: UUID) -> StaffMember:
    """Return who somebody is that works here, or did; raises RoleMissing, StaffUnknown.

    Whoever decides with somebody may know with whom: that is every member of staff.
    """
    session.require(*Role)
    with bank.connection() as connection:
        found = store.member(connection, staff_id)
    if found is None:
        raise StaffUnknown
    return found


def approval(bank: Bank, session: StaffSession, approval_id: UUID) -> Approval:
    """Return what became of a proposal; raises RoleMissing, ApprovalUnknown."""
    session.require(*Role)
    with bank.connection() as connection:
        found = approval_store.approval(connection, approval_id)
    if found is None:
        raise ApprovalUnknown
    return found


def approvals(bank: Bank, session: StaffSession, before: UUID | None, limit: int) -> list[Approval]:
    """Return what was proposed, newest first; raises RoleMissing."""
    session.require(*Role)
    with bank.connection() as connection:
        return approval_store.approvals_before(connection, before, limit)


def audit_entries(
    bank: Bank, session: StaffSession, before: int | None, limit: int
) -> list[audit.AuditEntry]:
    """Return entries of the audit trail, newest first; raises RoleMissing."""
    session.require(Role.ADMINISTRATOR, Role.RISK)
    with bank.connection() as connection:
        return audit.entries_before(connection, before, limit)


def checked_trail(bank: Bank, session: StaffSession) -> audit.TrailHead:
    """Check the audit trail; raises RoleMissing, TrailBroken."""
    session.require(Role.ADMINISTRATOR, Role.RISK)
    return audit.verify_trail(bank)
