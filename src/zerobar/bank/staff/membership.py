"""Who works here: taken on by two administrators, enrolled by a code, signed in by passkey.

Whoever could add staff alone could be two people at once, and issue money.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.passkeys import ceremonies
from zerobar.bank.passkeys import store as passkeys
from zerobar.bank.passkeys.model import Owner, OwnerKind, Passkey
from zerobar.bank.staff import audit, codes, store
from zerobar.bank.staff.errors import OwnRevocation, StaffNotSignedIn, StaffUnknown
from zerobar.bank.staff.model import Role, StaffMember, StaffSession
from zerobar.bank.staff.sessions import OpenedSession, open_session
from zerobar.database import Connection


def found_member(bank: Bank, staff_id: UUID, name: str, roles: Iterable[Role]) -> str:
    """Take on one of the first, before there is anybody to approve it; return the one-time code.

    For whoever sets the bank up on its machine. The same again returns the same code, which then
    is good for another week, if it was not used.
    """
    member = StaffMember(staff_id, name, frozenset(roles), bank.clock(), None)
    with bank.transaction() as connection:
        if enlist(bank, connection, member, staff_id):
            audit.append(bank, connection, audit.INSTALLER, "found-member", staff_id=staff_id)
        else:
            codes.extend_code(bank, connection, staff_id, staff_id)
    return codes.code_for(bank, staff_id, staff_id)


def enlist(bank: Bank, connection: Connection, member: StaffMember, cause_id: UUID) -> bool:
    """Store a new member, and a code to enrol with; return False if that was done before.

    Raises IdUsed for an id that somebody else has.
    """
    assert member.roles
    if store.insert_member(connection, member):
        codes.give_code(bank, connection, member.id, cause_id)
        return True
    known = store.member(connection, member.id)
    if known is None or (known.name, known.roles) != (member.name, member.roles):
        raise IdUsed
    return False


def begin_enrolment(bank: Bank, code: str) -> ceremonies.Json:
    """Return what the browser needs to make the member's passkey; raises CodeRefused."""
    with bank.transaction() as connection:
        member = codes.member_of(bank, connection, code)
        return ceremonies.registration_options(bank, connection, _owner(member.id), member.name)


def enrol(bank: Bank, code: str, answer: ceremonies.Answer, label: str) -> OpenedSession:
    """Register the passkey that a code allows, once, and sign its member in.

    Raises CodeRefused, and what registering a passkey raises.
    """
    with bank.transaction() as connection:
        member = codes.member_of(bank, connection, code)
        codes.use_code(bank, connection, code)
        ceremonies.register(bank, connection, _owner(member.id), answer, label)
        opened = open_session(bank, connection, member)
        audit.append(bank, connection, member.id, "enrol", label=label)
    return opened


def sign_in(bank: Bank, answer: ceremonies.Answer) -> OpenedSession:
    """Open a session for whoever's passkey it is; raises PasskeyRefused, StaffNotSignedIn."""
    with bank.transaction() as connection:
        passkey = ceremonies.authenticate(bank, connection, OwnerKind.STAFF, answer)
        member = store.member(connection, passkey.owner.id)
        if member is None or member.revoked_at is not None:
            raise StaffNotSignedIn
        opened = open_session(bank, connection, member)
        audit.append(bank, connection, member.id, "sign-in", label=passkey.label)
    return opened


def revoke_member(bank: Bank, session: StaffSession, staff_id: UUID) -> StaffMember:
    """Let somebody in no more, from this moment; doing it again changes nothing.

    One administrator may do it alone: it only takes away. Raises RoleMissing, OwnRevocation,
    StaffUnknown.
    """
    session.require(Role.ADMINISTRATOR)
    if staff_id == session.staff_id:
        raise OwnRevocation
    with bank.transaction() as connection:
        changed = store.revoke_member(connection, staff_id, bank.clock())
        member = store.member(connection, staff_id)
        if member is None:
            raise StaffUnknown
        if changed:
            audit.append(bank, connection, session.staff_id, "revoke-member", staff_id=staff_id)
    return member


def passkeys_of(bank: Bank, session: StaffSession) -> list[Passkey]:
    """Return one's own passkeys, oldest first."""
    with bank.connection() as connection:
        return passkeys.passkeys_of(connection, _owner(session.staff_id))


def remove_passkey(bank: Bank, session: StaffSession, passkey_id: str) -> None:
    """End one of one's own passkeys, and all sessions, which it may have opened.

    Raises PasskeyUnknown.
    """
    with bank.transaction() as connection:
        ceremonies.revoke(bank, connection, _owner(session.staff_id), passkey_id)
        store.end_sessions_of(connection, session.staff_id, bank.clock())
        audit.append(bank, connection, session.staff_id, "remove-passkey", passkey_id=passkey_id)


def _owner(staff_id: UUID) -> Owner:
    return Owner(OwnerKind.STAFF, staff_id)
