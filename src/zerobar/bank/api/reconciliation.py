"""Statements, stranded money and overdue orders over HTTP, for operations and risk."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.funding import show_order
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.context import Bank
from zerobar.bank.funding.model import CardOrder
from zerobar.bank.funding.reconciliation_store import Reconciliation
from zerobar.bank.funding.reconciling import Difference
from zerobar.bank.staff import banking
from zerobar.client.paging import Page
from zerobar.client.reconciliation import (
    DifferenceKind,
    DifferenceShown,
    DifferenceSubject,
    OverdueOrder,
    ReconciledDayShown,
    ReconciliationShown,
    StrandedOrder,
)


@get("/v1/reconciliations", sync_to_thread=True)
def list_reconciliations(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ReconciliationShown]:
    """List the days whose statement was compared, the newest first; for operations and risk."""
    last = read_cursor(cursor)
    rows = banking.reconciliations(bank, staff, None if last is None else last.int, limit + 1)
    return page_of(rows, limit, lambda row: UUID(int=row.day), _show)


@get("/v1/reconciliations/{day:int}", sync_to_thread=True)
def read_reconciliation(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], day: FromPath[int]
) -> ReconciledDayShown:
    """Show a day, as 20261125, with what differs; for operations and risk."""
    found = banking.reconciliation(bank, staff, day)
    return ReconciledDayShown(
        reconciliation=_show(found), differences=[_show_difference(d) for d in found.differences]
    )


@get("/v1/stranded-orders", sync_to_thread=True)
def list_stranded_orders(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[StrandedOrder]:
    """List money that neither a card nor a wallet takes, by id; for operations and risk."""
    rows = banking.stranded_orders(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda order: order.id, _show_stranded)


@get("/v1/overdue-orders", sync_to_thread=True)
def list_overdue_orders(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[OverdueOrder]:
    """List orders to cards' banks pending for more than a day, by id; for operations and risk.

    They are asked after by themselves. Whoever looks finds out why that does not end.
    """
    rows = banking.overdue_orders(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda order: order.id, _show_overdue)


@post("/v1/stranded-orders/{order_id:uuid}/retry", status_code=200, sync_to_thread=True)
def retry_stranded_order(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    order_id: FromPath[UUID],
) -> StrandedOrder:
    """Try the card again, then the wallet, by one new order; for operations and risk.

    Asked again, it answers with that same order. Should it strand as well, it has its own retry.
    """
    return _show_stranded(banking.retry_stranded(bank, staff, order_id))


def _show(found: Reconciliation) -> ReconciliationShown:
    return ReconciliationShown(
        day=found.day,
        made_at=found.made_at,
        lines=found.lines,
        matched=found.matched,
        paid_in_fen=int(found.paid_in),
        paid_out_fen=int(found.paid_out),
        transfers=found.transfers,
        transferred_fen=int(found.transferred),
        differing=found.differing,
    )


def _show_difference(difference: Difference) -> DifferenceShown:
    return DifferenceShown(
        subject=DifferenceSubject(difference.subject.value),
        kind=DifferenceKind(difference.kind.value),
        reference=difference.reference,
        ours_fen=difference.ours,
        theirs_fen=difference.theirs,
    )


def _show_stranded(order: CardOrder) -> StrandedOrder:
    return StrandedOrder(person_id=order.person_id, order=show_order(order))


def _show_overdue(order: CardOrder) -> OverdueOrder:
    return OverdueOrder(
        person_id=order.person_id,
        order=show_order(order),
        tries=order.tries,
        next_try_at=order.next_try_at,
    )


ROUTES: list[object] = [
    list_reconciliations,
    read_reconciliation,
    list_stranded_orders,
    list_overdue_orders,
    retry_stranded_order,
]
