"""Asking after orders whose outcome is not known, until it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.model import CardOrder, OrderStatus
from zerobar.bank.funding.orders import LEASE, carry_out, put_off_order
from zerobar.tracing.spans import own_work

AT_A_TIME: Final = 20
"""Few enough to be done within the lease even if each waits a second."""
OVERDUE_AFTER: Final = timedelta(days=1)
"""By then a bank has answered; if it has not, somebody should call it."""


def resolve_orders(bank: Bank, limit: int = AT_A_TIME) -> int:
    """Ask after pending orders that are due; return how many have ended.

    Several processes may do so at once: each order is taken by one of them, for as long as the
    lease, and steps that were done before are not done again. An order that stays pending, or that
    cannot be carried out, is taken up less and less often, at least every ten minutes.
    """
    with bank.transaction() as connection:
        orders = store.claim_orders(connection, bank.operator_id, bank.clock(), LEASE, limit)
    return do_each(
        "card orders",
        orders,
        lambda order: _is_ended(bank, order),
        lambda order: put_off_order(bank, order),
    )


def _is_ended(bank: Bank, order: CardOrder) -> bool:
    with own_work("carry out", order_id=order.id):
        return carry_out(bank, order).status is not OrderStatus.PENDING


def overdue_orders(bank: Bank, after: UUID | None, limit: int) -> list[CardOrder]:
    """Return orders that have been pending for more than a day, for staff to look at, by id."""
    before = bank.clock() - OVERDUE_AFTER
    with bank.connection() as connection:
        return store.pending_orders(connection, bank.operator_id, before, after, limit)
