"""Taking people on, decided by two administrators."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff import codes, store
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.errors import StaffUnknown
from zerobar.bank.staff.membership import enlist
from zerobar.bank.staff.model import Role, StaffMember
from zerobar.client.authority import AddStaff, RenewCode

_ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})


def _add(bank: Bank, approval_id: UUID, proposal: AddStaff) -> None:
    roles = frozenset(Role(name) for name in proposal.roles)
    member = StaffMember(proposal.staff_id, proposal.name, roles, bank.clock(), None)
    with bank.transaction() as connection:
        enlist(bank, connection, member, approval_id)


def _check_known(bank: Bank, proposal: RenewCode) -> None:
    with bank.connection() as connection:
        member = store.member(connection, proposal.staff_id)
    if member is None or member.revoked_at is not None:
        raise StaffUnknown


def _renew(bank: Bank, approval_id: UUID, proposal: RenewCode) -> None:
    _check_known(bank, proposal)
    with bank.transaction() as connection:
        codes.give_code(bank, connection, proposal.staff_id, approval_id)


ADD_STAFF: Final[Approvable[AddStaff]] = Approvable(
    _ADMINISTRATORS, _ADMINISTRATORS, check=lambda _bank, _proposal: None, carry_out=_add
)
RENEW_CODE: Final[Approvable[RenewCode]] = Approvable(
    _ADMINISTRATORS, _ADMINISTRATORS, check=_check_known, carry_out=_renew
)
