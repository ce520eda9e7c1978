"""Purses that staff ordered for stock and for tills, and how far each is."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses import order_store
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.vouchers import ROLES


def list_stock_orders(
    bank: Bank, session: StaffSession, before: UUID | None, limit: int
) -> list[PurseOrder]:
    """Return orders for stock, the newest first; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        return order_store.orders_for_stock(connection, before, limit)
