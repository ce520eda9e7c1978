"""A merchant's own affairs over HTTP, signed by its server: shops, tills, notices, books."""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Signed
from zerobar.bank.api.merchant_showing import (
    find_seller,
    read_key,
    show_added,
    show_event,
    show_merchant,
    show_server_key,
    show_settlement,
    show_shop,
    show_terminal,
)
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.context import Bank
from zerobar.bank.merchants import (
    onboarding,
    reconciliation,
    server_keys,
    settling,
    shops,
    webhooks,
)
from zerobar.bank.merchants.codes import code_of_shop
from zerobar.bank.merchants.server_keys import NewServerKey as NewKey
from zerobar.client.merchants import (
    AddedTerminal,
    CodeShown,
    EnrolledTerminal,
    EventShown,
    MerchantMoney,
    MerchantShown,
    NewServerKey,
    NewShop,
    NewTerminal,
    ServerKeyShown,
    SettlementShown,
    ShopShown,
    TerminalEnrolment,
    TerminalShown,
    WebhookAddress,
)
from zerobar.client.paging import Page


@get("/v1/merchant", sync_to_thread=True, tags=["selling"])
def read_own_merchant(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed]
) -> MerchantShown:
    """Show the merchant whose key signs."""
    return show_merchant(bank, find_seller(bank, signed).merchant)


@get("/v1/merchant/balance", sync_to_thread=True, tags=["selling"])
def read_own_money(bank: NamedDependency[Bank], signed: NamedDependency[Signed]) -> MerchantMoney:
    """Show what the merchant has; for its server."""
    seller = find_seller(bank, signed)
    seller.require_server()
    found = onboarding.read_money(bank, seller.merchant)
    return MerchantMoney(
        balance_fen=found.balance, held_fen=found.held, available_fen=found.available
    )


@post("/v1/merchant/server-keys", sync_to_thread=True, tags=["selling"])
def replace_own_key(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewServerKey]
) -> ServerKeyShown:
    """Sign with another key, whose id is the request's, and never again with the one that asks."""
    new = NewKey(signed.id, read_key(data.public_key))
    seller, proof = find_seller(bank, signed), read_key(data.proof)
    return show_server_key(server_keys.replace_own_key(bank, seller, new, proof))


@post("/v1/shops", sync_to_thread=True, tags=["selling"])
def open_shop(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewShop]
) -> ShopShown:
    """Open a shop, whose id is the request's."""
    seller = find_seller(bank, signed)
    return show_shop(shops.open_shop(bank, seller, signed.id, data.name, data.latin_name))


@get("/v1/shops", sync_to_thread=True, tags=["selling"])
def list_shops(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ShopShown]:
    """List the merchant's shops."""
    seller = find_seller(bank, signed)
    rows = shops.list_shops(bank, seller, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_shop)


@post("/v1/shops/{shop_id:uuid}/close", status_code=200, sync_to_thread=True, tags=["selling"])
def close_shop(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], shop_id: FromPath[UUID]
) -> ShopShown:
    """Close a shop for good."""
    return show_shop(shops.close_shop(bank, find_seller(bank, signed), shop_id))


@get("/v1/shops/{shop_id:uuid}/code", sync_to_thread=True, tags=["selling"])
def read_shop_code(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], shop_id: FromPath[UUID]
) -> CodeShown:
    """Show a shop's standing code."""
    return CodeShown(text=code_of_shop(bank, find_seller(bank, signed), shop_id))


@post("/v1/terminals", sync_to_thread=True, tags=["selling"])
def add_terminal(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewTerminal]
) -> AddedTerminal:
    """Add a till, whose id is the request's; the answer has the one-time code for it."""
    seller = find_seller(bank, signed)
    return show_added(shops.add_terminal(bank, seller, signed.id, data.shop_id, data.label))


@get("/v1/terminals", sync_to_thread=True, tags=["selling"])
def list_terminals(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[TerminalShown]:
    """List the merchant's tills."""
    seller = find_seller(bank, signed)
    rows = shops.list_terminals(bank, seller, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_terminal)


@post(
    "/v1/terminals/{terminal_id:uuid}/code",
    status_code=200,
    sync_to_thread=True,
    tags=["selling"],
)
def renew_terminal_code(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], terminal_id: FromPath[UUID]
) -> AddedTerminal:
    """Make another one-time code for a till that is not enrolled yet."""
    return show_added(shops.renew_enrolment_code(bank, find_seller(bank, signed), terminal_id))


@put("/v1/terminals/{terminal_id:uuid}/key", sync_to_thread=True, tags=["selling"])
def enrol_terminal(
    bank: NamedDependency[Bank],
    terminal_id: FromPath[UUID],
    data: JSONBody[TerminalEnrolment],
) -> EnrolledTerminal:
    """Enrol a till's key by its one-time code; the till asks, and has no key yet to sign with."""
    key = shops.enrol_terminal(
        bank, terminal_id, data.code, read_key(data.public_key), read_key(data.proof)
    )
    return EnrolledTerminal(terminal_id=terminal_id, key_id=key.id)


@post(
    "/v1/terminals/{terminal_id:uuid}/revocation",
    status_code=200,
    sync_to_thread=True,
    tags=["selling"],
)
def revoke_terminal(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], terminal_id: FromPath[UUID]
) -> TerminalShown:
    """End a till: nothing that it signs is taken any more."""
    return show_terminal(shops.revoke_terminal(bank, find_seller(bank, signed), terminal_id))


@put("/v1/merchant/webhook", sync_to_thread=True, tags=["selling"])
def set_webhook(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[WebhookAddress]
) -> MerchantShown:
    """Say where the merchant's notices go."""
    seller = find_seller(bank, signed)
    return show_merchant(bank, webhooks.set_webhook_url(bank, seller, data.url))


@get("/v1/merchant/events", sync_to_thread=True, tags=["selling"])
def list_events(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[EventShown]:
    """List the merchant's notices, the last to occur first."""
    seller = find_seller(bank, signed)
    rows = webhooks.list_events(bank, seller, read_cursor(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, show_event)


@post(
    "/v1/merchant/events/{event_id:uuid}/resend",
    status_code=200,
    sync_to_thread=True,
    tags=["selling"],
)
def resend_event(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], event_id: FromPath[UUID]
) -> EventShown:
    """Send a notice again, by its schedule from the beginning."""
    return show_event(webhooks.resend_event(bank, find_seller(bank, signed), event_id))


@get("/v1/merchant/settlements", sync_to_thread=True, tags=["selling"])
def list_settlements(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[SettlementShown]:
    """List what was paid out to the merchant's bank, the newest day first; for its server."""
    seller = find_seller(bank, signed)
    seller.require_server()
    last = read_cursor(cursor)
    before = None if last is None else min(last.int, 99_991_231)
    rows = settling.list_settlements(bank, seller.merchant.id, before, limit + 1)
    return page_of(rows, limit, lambda row: UUID(int=row.day), show_settlement)


@get(
    "/v1/merchant/reconciliation/{day:int}",
    sync_to_thread=True,
    tags=["selling"],
    media_type="text/csv",
)
def download_reconciliation(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], day: FromPath[int]
) -> Response[bytes]:
    """Download a day that is over, as 20261125, in CSV; for the merchant's server."""
    seller = find_seller(bank, signed)
    seller.require_server()
    found = reconciliation.reconcile_merchant(bank, seller.merchant.id, day)
    name = reconciliation.file_name(found)
    return Response(
        reconciliation.write_csv(found),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


SELLING_ROUTES: list[object] = [
    read_own_merchant,
    read_own_money,
    replace_own_key,
    open_shop,
    list_shops,
    close_shop,
    read_shop_code,
    add_terminal,
    list_terminals,
    renew_terminal_code,
    enrol_terminal,
    revoke_terminal,
    set_webhook,
    list_events,
    resend_event,
    list_settlements,
    download_reconciliation,
]
