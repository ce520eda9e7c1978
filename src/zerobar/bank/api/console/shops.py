"""A merchant's shops and tills, and purses for stock, over HTTP, for staff."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import StaffSession
from zerobar.bank.api.merchant_showing import show_server_key, show_shop, show_terminal
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.purse_showing import show_order
from zerobar.bank.context import Bank
from zerobar.bank.control import shops, stock, till_codes
from zerobar.client.merchants import (
    NewShop,
    ServerKeyShown,
    ShopShown,
    TerminalShown,
    TillCodeHalf,
)
from zerobar.client.paging import Page
from zerobar.client.purses import PurseOrderShown


@get("/v1/console/merchants/{merchant_id:uuid}/shops", sync_to_thread=True)
def list_shops_for_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ShopShown]:
    """List a merchant's shops, closed ones too; for operations and risk."""
    rows = shops.list_shops(bank, staff, merchant_id, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_shop)


@post("/v1/console/merchants/{merchant_id:uuid}/shops", sync_to_thread=True)
def open_shop_by_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    idempotency_key: NamedDependency[UUID],
    merchant_id: FromPath[UUID],
    data: JSONBody[NewShop],
) -> ShopShown:
    """Open a shop for a merchant; the Idempotency-Key becomes its id. For operations."""
    names = data.name, data.latin_name
    return show_shop(shops.open_shop(bank, staff, merchant_id, idempotency_key, names))


@get("/v1/console/merchants/{merchant_id:uuid}/terminals", sync_to_thread=True)
def list_tills_for_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TerminalShown]:
    """List a merchant's tills, ended ones too; for operations and risk."""
    rows = shops.list_tills(bank, staff, merchant_id, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_terminal)


@get("/v1/console/merchants/{merchant_id:uuid}/server-keys", sync_to_thread=True)
def list_server_keys(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
) -> list[ServerKeyShown]:
    """List the keys of a merchant's program, the newest first; for operations and risk."""
    return [show_server_key(key) for key in shops.list_server_keys(bank, staff, merchant_id)]


@get("/v1/approvals/{approval_id:uuid}/till-code", sync_to_thread=True)
def read_till_code_half(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    approval_id: FromPath[UUID],
) -> TillCodeHalf:
    """Show half of an added till's one-time code: one to who proposed it, one to who approved."""
    half = till_codes.till_code_half(bank, staff, approval_id)
    return TillCodeHalf(
        terminal_id=half.terminal.id,
        shop_id=half.terminal.shop_id,
        label=half.terminal.label,
        is_first=half.is_first,
        letters=half.letters,
        code_expires_at=half.terminal.code_expires_at,
    )


@post(
    "/v1/console/merchants/{merchant_id:uuid}/terminals/{terminal_id:uuid}/revocation",
    status_code=200,
    sync_to_thread=True,
)
def end_till_by_staff(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    merchant_id: FromPath[UUID],
    terminal_id: FromPath[UUID],
) -> TerminalShown:
    """Take nothing any more that a till signs, from this moment; for operations and risk."""
    return show_terminal(shops.end_till(bank, staff, merchant_id, terminal_id))


@get("/v1/console/purse-orders", sync_to_thread=True)
def list_stock_orders(
    bank: NamedDependency[Bank],
    staff: NamedDependency[StaffSession],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[PurseOrderShown]:
    """List purses that staff ordered for stock, the newest first; for operations and risk."""
    rows = stock.list_stock_orders(bank, staff, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_order)


ROUTES: list[object] = [
    list_shops_for_staff,
    open_shop_by_staff,
    list_tills_for_staff,
    list_server_keys,
    read_till_code_half,
    end_till_by_staff,
    list_stock_orders,
]
