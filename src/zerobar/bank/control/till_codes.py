"""The one-time code of a till that two of the staff added: each of them sees half of it.

Whoever has all of it enrols a key that sells, and gives back, as that till. So each hands over
their half to the merchant, and neither is the till alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import shops, store
from zerobar.bank.merchants.model import Terminal
from zerobar.bank.staff.approvable import DONE, Approval
from zerobar.bank.staff.approvals import read_approval
from zerobar.bank.staff.errors import NotOneOfTheTwo, TillCodeGone
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.client.authority import AddTill


@dataclass(frozen=True, slots=True)
class CodeHalf:
    """Half of a till's code; `is_first` is that of who proposed the till."""

    terminal: Terminal
    is_first: bool
    letters: str = field(repr=False)


def till_code_half(bank: Bank, session: StaffSession, approval_id: UUID) -> CodeHalf:
    """Return the half that somebody is to hand over, as long as the till waits for its code.

    Raises RoleMissing, ApprovalUnknown, NotOneOfTheTwo or TillCodeGone.
    """
    session.require(Role.OPERATIONS, Role.RISK)
    approval = read_approval(bank, approval_id)
    if session.staff_id not in (approval.proposed_by, approval.decided_by):
        raise NotOneOfTheTwo
    terminal = _waiting(bank, approval)
    code = shops.enrolment_code(bank, terminal)
    is_first, half = session.staff_id == approval.proposed_by, len(code) // 2
    return CodeHalf(terminal, is_first, code[:half] if is_first else code[half:])


def _waiting(bank: Bank, approval: Approval) -> Terminal:
    if approval.outcome != DONE or not isinstance(approval.proposal, AddTill):
        raise TillCodeGone
    with bank.connection() as connection:
        terminal = store.terminal(connection, approval.id)
    assert terminal is not None, "a till is never deleted"
    if not shops.is_waiting(bank, terminal):
        raise TillCodeGone
    return terminal
