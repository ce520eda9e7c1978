"""Blocking one purse: a risk officer does it at once and alone, two let it go again.

A blocked purse takes no load, authorises nothing from its wallet, and joins the blocklist that
cards pass on. Released, it is used as before, but a payee that heard of it refuses it until it
forgets: card blocklists only grow.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import PurseClosed, PurseFlagged, PurseUnknown
from zerobar.bank.purses.model import EventKind, Purse, PurseStatus
from zerobar.bank.staff import audit
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.purses import purse_overview
from zerobar.client.authority import ReleasePurse
from zerobar.client.console import PurseOverview
from zerobar.database import Connection

_RISK: Final = frozenset({Role.RISK})


class NotBlockedByStaff(Conflict):
    """Nobody of the staff blocked it, or it was released before."""

    problem = "not-blocked-by-staff"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"No member of staff has blocked purse {purse_id.hex()}.",
            "A lost purse is found by its holder; one that was proved to cheat stays blocked.",
        )


def block_purse(bank: Bank, session: StaffSession, purse_id: bytes, reason: str) -> PurseOverview:
    """Block a purse; again changes nothing. Raises RoleMissing, PurseUnknown or PurseClosed."""
    session.require(Role.RISK)
    with bank.transaction() as connection:
        found = _locked(connection, purse_id)
        if found.status is PurseStatus.CLOSED:
            raise PurseClosed(purse_id)
        if not store.is_blocked_by_staff(connection, purse_id):
            _block(bank, connection, session, purse_id)
            audit.append(
                bank, connection, session.staff_id, "block-purse",
                purse_id=purse_id.hex(), reason=reason,
            )  # fmt: skip
        return purse_overview(connection, purse_id)


def _block(bank: Bank, connection: Connection, session: StaffSession, purse_id: bytes) -> None:
    now, event = bank.clock(), (bank.new_id(), EventKind.BLOCKED, session.staff_id)
    store.set_status(connection, purse_id, PurseStatus.BLOCKED)
    store.insert_event(connection, purse_id, event, now)
    blocklist.add(connection, [purse_id], now)


def _check(bank: Bank, proposal: ReleasePurse) -> None:
    with bank.transaction() as connection:
        _releasable(connection, bytes.fromhex(proposal.purse_id))


def _release(bank: Bank, approval_id: UUID, proposal: ReleasePurse) -> None:
    purse_id = bytes.fromhex(proposal.purse_id)
    with bank.transaction() as connection:
        if store.has_event(connection, purse_id, approval_id):
            return
        found = _releasable(connection, purse_id)
        event = approval_id, EventKind.RELEASED, approval_id
        store.insert_event(connection, purse_id, event, bank.clock())
        if found.lost_at is None:
            store.set_status(connection, purse_id, PurseStatus.ACTIVE)


def _releasable(connection: Connection, purse_id: bytes) -> Purse:
    found = _locked(connection, purse_id)
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(purse_id)
    if found.flagged_at is not None:
        raise PurseFlagged(purse_id)
    if not store.is_blocked_by_staff(connection, purse_id):
        raise NotBlockedByStaff(purse_id)
    return found


def _locked(connection: Connection, purse_id: bytes) -> Purse:
    found = store.locked_purse(connection, purse_id)
    if found is None:
        raise PurseUnknown(purse_id)
    return found


RELEASE_PURSE: Final[Approvable[ReleasePurse]] = Approvable(
    _RISK, _RISK, check=_check, carry_out=_release
)
