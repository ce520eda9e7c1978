"""A lost purse (挂失): blocked at once, found again or paid out.

Blocked, it authorises nothing from the wallet, takes no load, is on the blocklist that terminals
hand from card to card, and is told so at its next sync. What it paid before still counts, and so
must be waited for: the horizon is the longest time between syncs of those it may have paid, and a
grace. Until then it may be found again. After it, what is known to be in it is paid to the wallet.

A purse that is found again pays and unloads as before, but a payee that heard of its loss refuses
it until it forgets: card blocklists only grow. Whoever minds unloads it and orders another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, InvalidInput
from zerobar.bank.fraud import blocklist
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import (
    AnonymousLost,
    HorizonPassed,
    NotLost,
    PurseBlocked,
    PurseClosed,
    PurseFlagged,
    PurseUnknown,
)
from zerobar.bank.purses.linking import granted_purse
from zerobar.bank.purses.model import EventKind, Holder, Purse, PurseStatus
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection
from zerobar.purse.messages import PurseClass


@dataclass(frozen=True, slots=True)
class LossTerms:
    """How long a lost purse is waited for.

    Attributes:
        longest_sync_days: in which whoever was paid by it has synced.
        grace_days: for those who are late.
    """

    longest_sync_days: int
    grace_days: int

    @property
    def horizon(self) -> timedelta:
        """Both together."""
        return timedelta(days=self.longest_sync_days + self.grace_days)


USUAL_TERMS: Final = LossTerms(longest_sync_days=23, grace_days=7)
"""Version 1 of every operator, until it has one of its own: thirty days."""


def report_lost(bank: Bank, holder: Holder, purse_id: bytes) -> Purse:
    """Report one's purse lost, from any device of one's own after the PIN; again changes nothing.

    Raises PurseUnknown, AnonymousLost, PinNeeded or PurseClosed.
    """
    with bank.transaction() as connection:
        named = store.purse(connection, purse_id)
        if named is not None and named.purse_class is PurseClass.ANONYMOUS:
            raise AnonymousLost
        found = granted_purse(bank, connection, holder, purse_id)
        return _lose(bank, connection, found, holder.person_id)


def report_lost_by_staff(bank: Bank, session: StaffSession, purse_id: bytes, reason: str) -> Purse:
    """Report a purse lost for a holder who called; again changes nothing.

    Raises RoleMissing, PurseUnknown, PurseClosed or AnonymousLost.
    """
    session.require(Role.OPERATIONS, Role.RISK)
    with bank.transaction() as connection:
        found = store.locked_purse(connection, purse_id)
        if found is None:
            raise PurseUnknown(purse_id)
        if found.wallet_id is None:
            raise AnonymousLost
        lost = _lose(bank, connection, found, session.staff_id)
        details = {"purse_id": purse_id.hex(), "reason": reason}
        audit.append(bank, connection, session.staff_id, "report-purse-lost", **details)
        return lost


def report_found(bank: Bank, holder: Holder, purse_id: bytes) -> Purse:
    """Take back that a purse is lost, before its horizon and after the PIN.

    Raises PurseUnknown, PinNeeded, PurseClosed, PurseFlagged, NotLost or HorizonPassed; or
    PurseBlocked while staff keep it so.
    """
    with bank.transaction() as connection:
        found = granted_purse(bank, connection, holder, purse_id)
        _check_findable(found, bank.clock())
        if store.is_blocked_by_staff(connection, purse_id):
            raise PurseBlocked(purse_id)
        store.set_lost(connection, purse_id, None, None)
        store.set_status(connection, purse_id, PurseStatus.ACTIVE)
        _note(bank, connection, purse_id, (EventKind.FOUND, holder.person_id))
        return store.purse(connection, purse_id) or found


def loss_terms(connection: Connection, operator_id: UUID, moment: datetime) -> LossTerms:
    """Return how long an operator waits for what is lost at a moment."""
    row = connection.execute(
        "SELECT longest_sync_days, grace_days FROM bank.loss_terms"
        " WHERE operator_id = %s AND valid_from <= %s ORDER BY valid_from DESC LIMIT 1",
        (operator_id, moment),
    ).fetchone()
    return USUAL_TERMS if row is None else LossTerms(*row)


def add_terms(bank: Bank, valid_from: datetime, terms: LossTerms) -> None:
    """Let other terms begin, for losses from then on; the same again changes nothing.

    Raises InvalidInput for a moment that has passed or a horizon below a day, or IdUsed when other
    terms begin at that moment.
    """
    if valid_from < bank.clock():
        raise InvalidInput("Terms cannot begin in the past.", "Choose a moment to come.")
    if min(terms.longest_sync_days, terms.grace_days) < 0 or terms.horizon < timedelta(days=1):
        raise InvalidInput("A lost purse is waited for at least a day.", "Choose longer times.")
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.loss_terms (operator_id, valid_from, longest_sync_days, grace_days)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (bank.operator_id, valid_from, terms.longest_sync_days, terms.grace_days),
        )
        if loss_terms(connection, bank.operator_id, valid_from) != terms:
            raise IdUsed


def _lose(bank: Bank, connection: Connection, found: Purse, by: UUID) -> Purse:
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(found.id)
    if found.lost_at is not None:
        return found
    now = bank.clock()
    terms = loss_terms(connection, bank.operator_id, now)
    store.set_lost(connection, found.id, now, now + terms.horizon)
    store.set_status(connection, found.id, PurseStatus.BLOCKED)
    _note(bank, connection, found.id, (EventKind.LOST, by))
    blocklist.add(connection, [found.id], now)
    return store.purse(connection, found.id) or found


def _check_findable(found: Purse, now: datetime) -> None:
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(found.id)
    if found.horizon_at is None:
        raise NotLost
    if now >= found.horizon_at:
        raise HorizonPassed
    if found.flagged_at is not None:
        raise PurseFlagged(found.id)


def _note(
    bank: Bank, connection: Connection, purse_id: bytes, what: tuple[EventKind, UUID]
) -> None:
    kind, by = what
    store.insert_event(connection, purse_id, (bank.new_id(), kind, by), bank.clock())
