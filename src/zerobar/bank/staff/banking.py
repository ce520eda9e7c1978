"""What staff do about cards' banks: see what differs and what is late, place stranded money."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.funding import reconciliation_store, resolving, store
from zerobar.bank.funding.errors import NotReconciledYet
from zerobar.bank.funding.model import CardOrder
from zerobar.bank.funding.orders import carry_out, go_on
from zerobar.bank.funding.reconciliation_store import Reconciliation
from zerobar.bank.funding.stranding import follow_stranded
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession

_ROLES: Final = (Role.OPERATIONS, Role.RISK)
_LATEST_DAY: Final = 9999_12_31


def reconciliations(
    bank: Bank, session: StaffSession, before_day: int | None, limit: int
) -> list[Reconciliation]:
    """Return the days compared, the newest first; raises RoleMissing."""
    session.require(*_ROLES)
    before = before_day if before_day is None else min(before_day, _LATEST_DAY)
    with bank.connection() as connection:
        return reconciliation_store.reconciliations(connection, bank.operator_id, before, limit)


def reconciliation(bank: Bank, session: StaffSession, day: int) -> Reconciliation:
    """Return what came of a day; raises RoleMissing, NotReconciledYet."""
    session.require(*_ROLES)
    found = None
    if 0 < day <= _LATEST_DAY:
        with bank.connection() as connection:
            found = reconciliation_store.reconciliation(connection, bank.operator_id, day)
    if found is None:
        raise NotReconciledYet(day)
    return found


def stranded_orders(
    bank: Bank, session: StaffSession, after: UUID | None, limit: int
) -> list[CardOrder]:
    """Return orders whose money neither card nor wallet took; raises RoleMissing."""
    session.require(*_ROLES)
    with bank.connection() as connection:
        return store.stranded_orders(connection, bank.operator_id, after, limit)


def overdue_orders(
    bank: Bank, session: StaffSession, after: UUID | None, limit: int
) -> list[CardOrder]:
    """Return orders that have been pending for more than a day; raises RoleMissing."""
    session.require(*_ROLES)
    return resolving.overdue_orders(bank, after, limit)


def retry_stranded(bank: Bank, session: StaffSession, order_id: UUID) -> CardOrder:
    """Try card and wallet once more by one new order, and return it; again gives the same order.

    Raises RoleMissing, OrderUnknown, NotStranded; or BooksUnavailable, after which it is pending.
    """
    session.require(*_ROLES)
    with bank.transaction() as connection:
        order, new = follow_stranded(bank, connection, order_id)
        if new:
            audit.append(
                bank, connection, session.staff_id, "retry-stranded-order",
                order_id=order_id, retried_as=order.id, amount_fen=int(order.amount),
            )  # fmt: skip
    return carry_out(bank, order) if new else go_on(bank, order)
