"""Merchants over HTTP, for staff: beginning, keys, suspension, settlement."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.merchant_showing import show_merchant, show_settlement
from zerobar.bank.api.orders import ORDER_ROUTES
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.selling import SELLING_ROUTES
from zerobar.bank.context import Bank
from zerobar.bank.merchants import onboarding, settling
from zerobar.bank.staff.model import Role
from zerobar.client.merchants import (
    MerchantShown,
    NewMerchant,
    SettledDay,
    Suspension,
)
from zerobar.client.paging import Page


@post("/v1/merchants", sync_to_thread=True, tags=["merchants"])
def open_merchant(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewMerchant],
) -> MerchantShown:
    """Open a merchant, whose id is the request's; its program has no key yet. For operations."""
    staff.require(Role.OPERATIONS)
    application = onboarding.Application(
        data.name,
        data.latin_name,
        data.latin_city,
        data.category_code,
        data.credit_code,
        data.bank_code,
        data.account_holder,
        data.account_number,
        data.webhook_url,
    )
    merchant = onboarding.open_merchant(bank, staff.staff_id, idempotency_key, application)
    return show_merchant(bank, merchant)


@get("/v1/merchants", sync_to_thread=True, tags=["merchants"])
def list_merchants(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MerchantShown]:
    """List merchants; for operations and risk."""
    staff.require(Role.OPERATIONS, Role.RISK)
    rows = onboarding.list_merchants(bank, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, lambda row: show_merchant(bank, row))


@get("/v1/merchants/{merchant_id:uuid}", sync_to_thread=True, tags=["merchants"])
def read_merchant(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
) -> MerchantShown:
    """Show a merchant; for operations and risk."""
    staff.require(Role.OPERATIONS, Role.RISK)
    return show_merchant(bank, onboarding.read_merchant(bank, merchant_id))


@put("/v1/merchants/{merchant_id:uuid}/suspension", sync_to_thread=True, tags=["merchants"])
def suspend_merchant(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
    data: JSONBody[Suspension],
) -> MerchantShown:
    """Stop a merchant's business, or let it go on; for operations and risk."""
    staff.require(Role.OPERATIONS, Role.RISK)
    merchant = onboarding.suspend_merchant(
        bank, staff.staff_id, merchant_id, suspended=data.suspended
    )
    return show_merchant(bank, merchant)


@get("/v1/settlement-days/{day:int}", sync_to_thread=True, tags=["merchants"])
def read_settled_day(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], day: FromPath[int]
) -> SettledDay:
    """Show what merchants were paid out for a day, as 20261125; for operations."""
    staff.require(Role.OPERATIONS)
    return _settled_day(bank, day)


@post("/v1/settlement-days/{day:int}", status_code=200, sync_to_thread=True, tags=["merchants"])
def settle_day(
    bank: NamedDependency[Bank], staff: NamedDependency[StaffSession], day: FromPath[int]
) -> SettledDay:
    """Settle a day as far as it goes now; again, nothing is paid twice. For operations."""
    staff.require(Role.OPERATIONS)
    settling.settle_day(bank, day)
    return _settled_day(bank, day)


def _settled_day(bank: Bank, day: int) -> SettledDay:
    file, settlements = settling.read_settlements(bank, day)
    return SettledDay(
        day=day,
        file_name=file.name if file else None,
        submitted_at=file.submitted_at if file else None,
        settlements=[show_settlement(settlement) for settlement in settlements],
    )


ROUTES: list[object] = [
    open_merchant,
    list_merchants,
    read_merchant,
    suspend_merchant,
    read_settled_day,
    settle_day,
    *SELLING_ROUTES,
    *ORDER_ROUTES,
]
