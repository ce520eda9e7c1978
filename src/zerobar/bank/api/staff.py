"""Staff over HTTP: enrolling, signing in, who works here, freezing, the audit trail."""

from __future__ import annotations

import json
from typing import Final
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.passkeys import show_passkey
from zerobar.bank.context import Bank
from zerobar.bank.passkeys import ceremonies, model
from zerobar.bank.staff import audit, granting, membership, reading, sessions
from zerobar.bank.staff import model as rules
from zerobar.client.paging import Page
from zerobar.client.passkeys import PasskeyOptions, Passkeys
from zerobar.client.staff import (
    AuditEntry,
    AuditHead,
    BeginEnrolment,
    Colleague,
    Enrolment,
    Freezing,
    OpenedStaffSession,
    RoleName,
    SignedInStaff,
    StaffMember,
    StaffSignIn,
)

_LAST_NUMBER: Final = 2**63 - 1


@post("/v1/staff/enrolments/options", status_code=200, sync_to_thread=True)
def begin_enrolment(bank: NamedDependency[Bank], data: JSONBody[BeginEnrolment]) -> PasskeyOptions:
    """Say what the browser needs to make the passkey that a one-time code allows."""
    return PasskeyOptions(public_key=membership.begin_enrolment(bank, data.code))


@post("/v1/staff/enrolments", sync_to_thread=True)
def enrol(bank: NamedDependency[Bank], data: JSONBody[Enrolment]) -> OpenedStaffSession:
    """Enrol with a one-time code and the passkey made for it; one is signed in then."""
    answer = msgspec.to_builtins(data.credential)
    return _show_opened(membership.enrol(bank, data.code, answer, data.label))


@post("/v1/staff/sessions/options", status_code=200, sync_to_thread=True)
def begin_staff_sign_in(bank: NamedDependency[Bank]) -> PasskeyOptions:
    """Say what the browser needs to use a passkey of staff."""
    return PasskeyOptions(public_key=ceremonies.sign_in_options(bank, model.OwnerKind.STAFF))


@post("/v1/staff/sessions", sync_to_thread=True)
def sign_staff_in(bank: NamedDependency[Bank], data: JSONBody[StaffSignIn]) -> OpenedStaffSession:
    """Sign in with a passkey, for eight hours; there is no other way."""
    return _show_opened(membership.sign_in(bank, msgspec.to_builtins(data.credential)))


@delete("/v1/staff/sessions/current", sync_to_thread=True)
def sign_staff_out(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> None:
    """Sign out."""
    sessions.end_session(bank, staff)


@get("/v1/staff/me", sync_to_thread=True)
def read_staff_me(staff: NamedDependency[StaffSession]) -> SignedInStaff:
    """Say who is signed in."""
    return _show_session(staff)


@get("/v1/staff/me/passkeys", sync_to_thread=True)
def list_staff_passkeys(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]
) -> Passkeys:
    """List one's passkeys, oldest first."""
    found = membership.passkeys_of(bank, staff)
    return Passkeys(items=[show_passkey(passkey) for passkey in found])


@delete("/v1/staff/me/passkeys/{passkey_id:str}", sync_to_thread=True)
def remove_staff_passkey(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    passkey_id: FromPath[str],
) -> None:
    """End one of one's passkeys, and all of one's sessions."""
    membership.remove_passkey(bank, staff, passkey_id)


@get("/v1/staff", sync_to_thread=True)
def list_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[StaffMember]:
    """List who works here, or did; for administrators."""
    rows = reading.members(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda member: member.id, _show_member)


@get("/v1/staff/{staff_id:uuid}/name", sync_to_thread=True)
def read_colleague(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    staff_id: FromPath[UUID],
) -> Colleague:
    """Say what somebody who works here, or did, is called; for all staff."""
    found = reading.colleague(bank, staff, staff_id)
    return Colleague(staff_id=found.id, name=found.name)


@post("/v1/staff/{staff_id:uuid}/revocation", status_code=200, sync_to_thread=True)
def revoke_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    staff_id: FromPath[UUID],
) -> StaffMember:
    """Let somebody in no more, from this moment; for administrators."""
    return _show_member(membership.revoke_member(bank, staff, staff_id))


@post("/v1/staff/wallets/{wallet_id:uuid}/freezing", status_code=204, sync_to_thread=True)
def freeze_by_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    wallet_id: FromPath[UUID],
    data: JSONBody[Freezing],
) -> None:
    """Freeze a wallet at once; unfreezing it is proposed and approved by two."""
    granting.freeze(bank, staff, wallet_id, data.reason)


@get("/v1/audit", sync_to_thread=True)
def list_audit(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[AuditEntry]:
    """List what staff did, newest first; for administrators and risk."""
    last = read_cursor(cursor)
    before = None if last is None else min(last.int, _LAST_NUMBER)
    rows = reading.audit_entries(bank, staff, before, limit + 1)
    return page_of(rows, limit, lambda entry: UUID(int=entry.number), _show_entry)


@get("/v1/audit/head", sync_to_thread=True)
def check_audit(bank: NamedDependency[Bank], staff: NamedDependency[StaffSession]) -> AuditHead:
    """Check the whole trail, and show its last seal; for administrators and risk."""
    head = reading.checked_trail(bank, staff)
    return AuditHead(entries=head.entries, seal=head.seal.hex())


def _show_opened(opened: sessions.OpenedSession) -> OpenedStaffSession:
    return OpenedStaffSession(token=opened.token, staff=_show_session(opened.session))


def _show_session(session: StaffSession) -> SignedInStaff:
    return SignedInStaff(
        staff_id=session.staff_id,
        name=session.name,
        roles=_show_roles(session.roles),
        expires_at=session.expires_at,
    )


def _show_member(member: rules.StaffMember) -> StaffMember:
    return StaffMember(
        staff_id=member.id,
        name=member.name,
        roles=_show_roles(member.roles),
        added_at=member.added_at,
        revoked_at=member.revoked_at,
    )


def _show_roles(roles: frozenset[rules.Role]) -> list[RoleName]:
    return [RoleName(role.value) for role in sorted(roles)]


def _show_entry(entry: audit.AuditEntry) -> AuditEntry:
    return AuditEntry(
        number=entry.number,
        at=entry.at,
        staff_id=entry.staff_id,
        action=entry.action,
        details=json.loads(entry.details),
    )


ROUTES: list[object] = [
    begin_enrolment,
    enrol,
    begin_staff_sign_in,
    sign_staff_in,
    sign_staff_out,
    read_staff_me,
    list_staff_passkeys,
    remove_staff_passkey,
    list_staff,
    read_colleague,
    revoke_staff,
    freeze_by_staff,
    list_audit,
    check_audit,
]
