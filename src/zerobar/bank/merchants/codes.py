"""Merchants' codes: writing one for an order or a shop, and what a payer's phone is told of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.errors import (
    CodeMismatch,
    CodeUnreadable,
    MerchantSuspended,
    OrderNotOpen,
    OrderUnknown,
    ShopClosed,
    ShopUnknown,
)
from zerobar.bank.merchants.model import Merchant, Order, OrderState, Shop
from zerobar.bank.merchants.orders import require_order
from zerobar.bank.merchants.payable import payable_shops
from zerobar.bank.merchants.sellers import Seller, require_merchant, require_shop
from zerobar.codes import emvco
from zerobar.codes.emvco import CodeError, MerchantCode, UnsupportedCode
from zerobar.database import Connection
from zerobar.purse.money import Fen

_LONGEST_NAME: Final = 25


@dataclass(frozen=True, slots=True)
class CodeReading:
    """What a payer is asked to pay.

    Attributes:
        merchant_name, shop_name: as people read them.
        shop_code: names the shop when no order is paid.
        order_id: the order; None: the payer chooses the amount.
    """

    merchant_name: str
    shop_name: str
    shop_code: str
    order_id: UUID | None
    order_number: str
    amount: Fen | None
    memo: str


def code_of_shop(bank: Bank, seller: Seller, shop_id: UUID) -> str:
    """Return the standing code of a shop, for any amount; raises ShopUnknown or ShopClosed."""
    with bank.connection() as connection:
        shop = require_shop(connection, seller.merchant.id, shop_id)
    if shop.closed_at is not None:
        raise ShopClosed
    return _code(seller.merchant, shop, None).text()


def code_of_order(bank: Bank, seller: Seller, order_id: UUID) -> str:
    """Return the code of an open order; raises OrderUnknown or OrderNotOpen."""
    with bank.connection() as connection:
        order = require_order(connection, seller, order_id)
        shop = require_shop(connection, order.merchant_id, order.shop_id)
    state = order.state(bank.clock())
    if state is not OrderState.OPEN:
        raise OrderNotOpen(state)
    return _code(seller.merchant, shop, order).text()


def read_merchant_code(bank: Bank, text: str) -> CodeReading:
    """Say what a scanned code asks for.

    Raises CodeUnreadable, CodeMismatch, ShopUnknown, ShopClosed, MerchantSuspended, OrderUnknown
    or OrderNotOpen.
    """
    code = _parse(text)
    with bank.connection() as connection:
        found = payable_shops(connection, [code.shop_code]).get(code.shop_code)
        if found is None:
            raise ShopUnknown
        merchant = require_merchant(connection, found.merchant_id)
        shop = require_shop(connection, found.merchant_id, found.shop_id)
        if merchant.suspended_at is not None:
            raise MerchantSuspended
        if not code.is_dynamic:
            return _shop_reading(merchant, shop, code)
        order = _order(connection, code)
    return _order_reading(bank, merchant, shop, order, code)


def _parse(text: str) -> MerchantCode:
    try:
        return emvco.parse(text)
    except CodeError as error:
        kind = "unsupported" if isinstance(error, UnsupportedCode) else "damaged"
        happened, _, advice = str(error).partition(". ")
        raise CodeUnreadable(f"{happened}.", advice, kind=kind) from None


def _code(merchant: Merchant, shop: Shop, order: Order | None) -> MerchantCode:
    return MerchantCode(
        shop.code,
        shop.latin_name,
        merchant.latin_city,
        merchant.category_code,
        local_name=_local_name(shop),
        amount=order.amount if order else None,
        reference=emvco.order_reference(order.id) if order else "",
        bill_number=order.number if order else "",
    )


def _local_name(shop: Shop) -> str:
    # A wide space, for one, is a character that a code cannot have.
    readable = "".join(letter for letter in shop.name if letter.isprintable())
    return readable[:_LONGEST_NAME]


def _order(connection: Connection, code: MerchantCode) -> Order:
    try:
        order_id = emvco.order_id_of(code.reference)
    except CodeError:
        raise CodeMismatch from None
    order = order_store.order(connection, order_id)
    if order is None:
        raise OrderUnknown
    return order


def _shop_reading(merchant: Merchant, shop: Shop, code: MerchantCode) -> CodeReading:
    if shop.closed_at is not None:
        raise ShopClosed
    return CodeReading(merchant.name, shop.name, shop.code, None, "", code.amount, "")


def _order_reading(
    bank: Bank, merchant: Merchant, shop: Shop, order: Order, code: MerchantCode
) -> CodeReading:
    # Who changes a code could only show another amount or name: what is paid is the order's.
    if (order.merchant_id, order.shop_id, order.amount) != (merchant.id, shop.id, code.amount):
        raise CodeMismatch
    state = order.state(bank.clock())
    if state is not OrderState.OPEN:
        raise OrderNotOpen(state)
    names = merchant.name, shop.name, shop.code
    return CodeReading(*names, order.id, order.number, order.amount, order.memo)
