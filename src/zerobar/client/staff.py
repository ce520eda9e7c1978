"""Staff on the wire: enrolling, signing in, who works here, and what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec

from zerobar.client.enrolment import PRINTABLE, LabelText
from zerobar.client.passkeys import AssertionCredential, RegistrationCredential

PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=PRINTABLE)]
EnrolmentCode = Annotated[
    str, msgspec.Meta(min_length=20, max_length=40, pattern="^[0-9A-Za-z -]+$")
]


class RoleName(StrEnum):
    """What a member of staff is there for."""

    OPERATIONS = "operations"
    RISK = "risk"
    AUTHORITY_ISSUER = "authority-issuer"
    AUTHORITY_APPROVER = "authority-approver"
    ADMINISTRATOR = "administrator"


class BeginEnrolment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one-time code that an administrator gave."""

    code: EnrolmentCode

    def __repr__(self) -> str:
        return "BeginEnrolment(...)"


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The one-time code, and the passkey made for it."""

    code: EnrolmentCode
    credential: RegistrationCredential
    label: LabelText

    def __repr__(self) -> str:
        return f"Enrolment(label={self.label!r}, ...)"


class Freezing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a wallet is frozen; for the audit trail."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=PRINTABLE)]


class StaffSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A passkey of staff in use."""

    credential: AssertionCredential


class StaffMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here."""

    staff_id: UUID
    name: str
    roles: list[RoleName]
    added_at: datetime
    revoked_at: datetime | None


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """What every member of staff may know of another, who works here or did."""

    staff_id: UUID
    name: str


class SignedInStaff(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, until when."""

    staff_id: UUID
    name: str
    roles: list[RoleName]
    expires_at: datetime


class OpenedStaffSession(msgspec.Struct, frozen=True, kw_only=True):
    """A new session: send the token as `Authorization: Bearer`. It is shown this once."""

    token: str
    staff: SignedInStaff

    def __repr__(self) -> str:
        return f"OpenedStaffSession(staff={self.staff!r}, ...)"


class EnrolmentCodeIssued(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code to be handed over in person."""

    staff_id: UUID
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"EnrolmentCodeIssued(staff_id={self.staff_id!r}, ...)"


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of staff did; entries are sealed one onto the other."""

    number: int
    at: datetime
    staff_id: UUID
    action: str
    details: dict[str, Any]


class AuditHead(msgspec.Struct, frozen=True, kw_only=True):
    """The whole trail was checked, and is as it was written.

    Attributes:
        entries: how many there are.
        seal: of the last one, hexadecimal; note it elsewhere, and nobody can shorten the trail.
    """

    entries: int
    seal: str
