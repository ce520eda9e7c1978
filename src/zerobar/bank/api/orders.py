"""Orders over HTTP, signed by a till or a merchant's server: codes, charges, refunds."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zerobar.bank.api.access import Session, Signed
from zerobar.bank.api.merchant_showing import (
    find_seller,
    show_order,
    show_reading,
    show_refund,
)
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.context import Bank
from zerobar.bank.merchants import charging, orders, refunding
from zerobar.bank.merchants.codes import code_of_order, read_merchant_code
from zerobar.bank.merchants.model import Item
from zerobar.client.merchants import (
    CodeReading,
    CodeShown,
    NewCharge,
    NewOrder,
    NewRefund,
    OrderShown,
    RefundShown,
    ScannedCode,
)
from zerobar.client.paging import Page
from zerobar.purse.money import Fen

Number = Annotated[
    str, QueryParameter(min_length=1, max_length=25, pattern=r"^[0-9A-Za-z_-]+$(?!\n)")
]


@post("/v1/orders", sync_to_thread=True, tags=["orders"])
def create_order(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], data: JSONBody[NewOrder]
) -> OrderShown:
    """Make an order, whose id is the request's."""
    seller = find_seller(bank, signed)
    items = tuple(Item(item.name, item.quantity, Fen(item.amount_fen)) for item in data.items)
    new = orders.NewOrder(
        data.shop_id,
        data.number,
        Fen(data.amount_fen),
        data.memo,
        items,
        timedelta(seconds=data.lasts_s),
    )
    return show_order(orders.create_order(bank, seller, signed.id, new), bank.clock())


@get("/v1/orders", sync_to_thread=True, tags=["orders"])
def list_orders(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[OrderShown]:
    """List the merchant's orders, the newest ids first."""
    seller = find_seller(bank, signed)
    rows = orders.list_orders(bank, seller, read_cursor(cursor), limit + 1)
    now = bank.clock()
    return page_of(rows, limit, lambda row: row.id, lambda row: show_order(row, now))


@get("/v1/orders/by-number", sync_to_thread=True, tags=["orders"])
def find_order(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], number: Number
) -> OrderShown:
    """Show an order by the merchant's own number."""
    seller = find_seller(bank, signed)
    return show_order(orders.read_order_by_number(bank, seller, number), bank.clock())


@get("/v1/orders/{order_id:uuid}", sync_to_thread=True, tags=["orders"])
def read_order(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], order_id: FromPath[UUID]
) -> OrderShown:
    """Show an order as it stands: a till asks until it knows."""
    return show_order(orders.read_order(bank, find_seller(bank, signed), order_id), bank.clock())


@post("/v1/orders/{order_id:uuid}/close", status_code=200, sync_to_thread=True, tags=["orders"])
def close_order(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], order_id: FromPath[UUID]
) -> OrderShown:
    """Close an order, so that nobody can pay it any more."""
    return show_order(orders.close_order(bank, find_seller(bank, signed), order_id), bank.clock())


@get("/v1/orders/{order_id:uuid}/code", sync_to_thread=True, tags=["orders"])
def read_order_code(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], order_id: FromPath[UUID]
) -> CodeShown:
    """Show the code of an open order."""
    return CodeShown(text=code_of_order(bank, find_seller(bank, signed), order_id))


@post("/v1/orders/{order_id:uuid}/charges", status_code=200, sync_to_thread=True, tags=["orders"])
def charge_order(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    order_id: FromPath[UUID],
    data: JSONBody[NewCharge],
) -> OrderShown:
    """Let a customer's code pay an order; the request's id is the payment's."""
    seller = find_seller(bank, signed)
    paid = charging.charge_order(bank, seller, order_id, data.code, signed)
    return show_order(paid, bank.clock())


@post("/v1/orders/{order_id:uuid}/refunds", sync_to_thread=True, tags=["orders"])
def refund_order(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    order_id: FromPath[UUID],
    data: JSONBody[NewRefund],
) -> RefundShown:
    """Give back an order or a part of it; the request's id is the refund's."""
    seller = find_seller(bank, signed)
    new = refunding.NewRefund(order_id, data.number, Fen(data.amount_fen), data.reason)
    return show_refund(refunding.refund_order(bank, seller, signed.id, new))


@get("/v1/orders/{order_id:uuid}/refunds", sync_to_thread=True, tags=["orders"])
def list_refunds(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], order_id: FromPath[UUID]
) -> list[RefundShown]:
    """List an order's refunds, refused ones too."""
    found = refunding.refunds_of_order(bank, find_seller(bank, signed), order_id)
    return [show_refund(refund) for refund in found]


@get("/v1/refunds/by-number", sync_to_thread=True, tags=["orders"])
def find_refund(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], number: Number
) -> RefundShown:
    """Show a refund by the merchant's own number."""
    seller = find_seller(bank, signed)
    return show_refund(refunding.read_refund_by_number(bank, seller, number))


@get("/v1/refunds/{refund_id:uuid}", sync_to_thread=True, tags=["orders"])
def read_refund(
    bank: NamedDependency[Bank], signed: NamedDependency[Signed], refund_id: FromPath[UUID]
) -> RefundShown:
    """Show a refund as it stands."""
    return show_refund(refunding.read_refund(bank, find_seller(bank, signed), refund_id))


@post("/v1/merchant-codes/reading", status_code=200, sync_to_thread=True, tags=["orders"])
def read_scanned_code(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[ScannedCode]
) -> CodeReading:
    """Say what a scanned merchant's code asks for, before anything is paid."""
    return show_reading(read_merchant_code(bank, data.text))


ORDER_ROUTES: list[object] = [
    create_order,
    list_orders,
    find_order,
    read_order,
    close_order,
    read_order_code,
    charge_order,
    refund_order,
    list_refunds,
    find_refund,
    read_refund,
    read_scanned_code,
]
