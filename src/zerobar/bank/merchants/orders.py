"""Orders: what a merchant asks for, once, under a number of its own.

An order is open until it is paid, closed or expired, and only one of these ever happens: paying
posts a chain with `order_condition`, closing and expiring a mark with the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.contents import content_hash
from zerobar.bank.merchants.errors import AmountsDiffer, NumberUsed, OrderNotOpen, OrderUnknown
from zerobar.bank.merchants.model import Item, Merchant, Order, OrderEnd, OrderState
from zerobar.bank.merchants.payable import order_condition, order_ended_rows
from zerobar.bank.merchants.sellers import Seller, require_merchant, require_open_shop
from zerobar.database import Connection
from zerobar.ledger import Transfer, TransferKind
from zerobar.purse.money import Fen

MOST_DUE: Final = 500
"""Orders that one round of expiring looks at."""
_POSTPONED: Final = timedelta(minutes=1)
"""How long orders that cannot be ended wait until they are looked at again."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What a merchant asks for; see `Order`."""

    shop_id: UUID
    number: str
    amount: Fen
    memo: str
    items: tuple[Item, ...]
    lasts: timedelta

    @property
    def content_hash(self) -> bytes:
        """What tells one order from another."""
        items = [(item.name, item.quantity, item.amount) for item in self.items]
        seconds = int(self.lasts.total_seconds())
        return content_hash(self.shop_id, self.number, self.amount, self.memo, items, seconds)


def create_order(bank: Bank, seller: Seller, order_id: UUID, new: NewOrder) -> Order:
    """Make an order; the same again gives the first answer, as it stands now.

    Raises AmountsDiffer, MerchantSuspended, ShopUnknown, ShopClosed, NumberUsed or IdUsed.
    """
    _check_items(new)
    merchant, content = seller.merchant, content_hash(seller.merchant.id, new.content_hash)
    with bank.transaction() as connection:
        if order_store.order_content(connection, order_id) == content:
            return _known(connection, order_id)
        seller.require_trading()
        require_open_shop(connection, merchant.id, new.shop_id)
        if not order_store.claim_order_number(connection, merchant.id, new.number, order_id):
            raise NumberUsed(new.number)
        order = _order(bank, seller, order_id, new)
        if order_store.insert_order(connection, order, content):
            return order
        if order_store.order_content(connection, order_id) != content:
            raise IdUsed
        return _known(connection, order_id)


def read_order(bank: Bank, seller: Seller, order_id: UUID) -> Order:
    """Return an order of the seller's; raises OrderUnknown."""
    with bank.connection() as connection:
        return require_order(connection, seller, order_id)


def read_order_by_number(bank: Bank, seller: Seller, number: str) -> Order:
    """Return an order by the merchant's own number; raises OrderUnknown."""
    with bank.connection() as connection:
        order = order_store.order_by_number(connection, seller.merchant.id, number)
    if order is None:
        raise OrderUnknown
    return order


def list_orders(bank: Bank, seller: Seller, before: UUID | None, limit: int) -> list[Order]:
    """Return the merchant's orders, newest ids first."""
    with bank.connection() as connection:
        return order_store.orders_of_merchant(connection, seller.merchant.id, before, limit)


def require_order(connection: Connection, seller: Seller, order_id: UUID) -> Order:
    """Return an order of the seller's; raises OrderUnknown."""
    order = order_store.order(connection, order_id)
    if order is None or order.merchant_id != seller.merchant.id:
        raise OrderUnknown
    return order


def close_order(bank: Bank, seller: Seller, order_id: UUID) -> Order:
    """Close an order, so that nobody can pay it any more; closing it again changes nothing.

    Raises OrderUnknown, OtherShop, or OrderNotOpen if it is paid.
    """
    order = read_order(bank, seller, order_id)
    seller.require_shop(order.shop_id)
    if order.payment_id is None and order.end is None:
        _end(bank, [order], seller.merchant, OrderEnd.CLOSED)
    ended = read_order(bank, seller, order_id)
    if ended.state(bank.clock()) is OrderState.PAID:
        raise OrderNotOpen(OrderState.PAID)
    return ended


def expire_orders(bank: Bank) -> int:
    """End the orders whose time is up; return of how many merchants, for a loop to go on."""
    now = bank.clock()
    with bank.connection() as connection:
        due = order_store.due_orders(connection, now, MOST_DUE)
        orders = order_store.orders_by_id(connection, due).values()
    of_merchants: dict[UUID, list[Order]] = {}
    for order in orders:
        of_merchants.setdefault(order.merchant_id, []).append(order)

    def postpone(theirs: list[Order]) -> None:
        with bank.connection() as connection:
            ids = [order.id for order in theirs]
            order_store.postpone_due(connection, ids, now + _POSTPONED)

    return do_each("orders", of_merchants.values(), lambda theirs: _expire(bank, theirs), postpone)


def _expire(bank: Bank, theirs: list[Order]) -> bool:
    """End one merchant's orders."""
    with bank.connection() as connection:
        merchant = require_merchant(connection, theirs[0].merchant_id)
    _end(bank, theirs, merchant, OrderEnd.EXPIRED)
    with bank.connection() as connection:
        order_store.forget_due(connection, [order.id for order in theirs])
    return True


def _end(bank: Bank, orders: Sequence[Order], merchant: Merchant, end: OrderEnd) -> None:
    """Mark orders as ended, all at once; those that are paid or ended already stay so."""
    now = bank.clock()
    answers = []
    for order in orders:
        mark = Transfer(
            derived_id(Word.ORDER_END, order.id, int(end)),
            merchant.wallet_id,
            merchant.wallet_id,
            Fen(1),
            int(TransferCode.MARK),
            TransferKind.MARK,
        )
        webhooks = merchant.webhook_url is not None
        rows = order_ended_rows(order.id, merchant.id, end, now, webhooks=webhooks)
        condition = order_condition(order.id)
        answers.append(bank.ledger.submit(mark, counters=(condition,), rows=rows))
    for answer in answers:
        answer.result()


def _check_items(new: NewOrder) -> None:
    total = Fen(sum(item.amount for item in new.items))
    if new.items and total != new.amount:
        raise AmountsDiffer(new.amount, total)


def _order(bank: Bank, seller: Seller, order_id: UUID, new: NewOrder) -> Order:
    now = bank.clock()
    return Order(
        order_id,
        seller.merchant.id,
        new.shop_id,
        seller.terminal.id if seller.terminal else None,
        new.number,
        new.amount,
        new.memo,
        new.items,
        now,
        now + new.lasts,
        None,
        None,
        None,
        None,
    )


def _known(connection: Connection, order_id: UUID) -> Order:
    order = order_store.order(connection, order_id)
    assert order is not None, "an order is never deleted"
    return order
