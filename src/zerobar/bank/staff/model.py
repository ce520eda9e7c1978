"""Staff, what they may do, and who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zerobar.bank.staff.errors import RoleMissing


class Role(StrEnum):
    """What a member of staff is there for; one may have several."""

    OPERATIONS = "operations"
    """Merchants, wallets granted in person, day-to-day work."""
    RISK = "risk"
    """Freezing and unfreezing, limits."""
    AUTHORITY_ISSUER = "authority-issuer"
    """Proposes to take in reserves, to issue and to redeem."""
    AUTHORITY_APPROVER = "authority-approver"
    """Approves what an issuer proposed."""
    ADMINISTRATOR = "administrator"
    """Staff and operators; moves no money."""


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here."""

    id: UUID
    name: str
    roles: frozenset[Role]
    added_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A member of staff who is signed in, with the roles of this very moment."""

    session_id: UUID
    staff_id: UUID
    name: str
    roles: frozenset[Role]
    expires_at: datetime

    def require(self, *any_of: Role) -> None:
        """Let through whoever has one of the roles; raises RoleMissing."""
        if not self.roles.intersection(any_of):
            raise RoleMissing(any_of)
