"""Refunds by a merchant: a part of an order or all of it, under a number of the merchant's own.

What is asked for is kept before money moves. A refund of which nothing is known yet is asked for
again with the same id until it is; one that was refused stays so, and its number stays used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict, IdUsed, NotFound, Refused, Unavailable
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.contents import content_hash
from zerobar.bank.merchants.errors import NumberUsed, OrderNotPaid, RefundUnknown
from zerobar.bank.merchants.model import EventKind, Merchant, Refund
from zerobar.bank.merchants.orders import require_order
from zerobar.bank.merchants.payable import event_row
from zerobar.bank.merchants.sellers import Seller, require_merchant
from zerobar.bank.paying.refunds import refund_payment
from zerobar.database import Connection
from zerobar.purse.money import Fen

UNDECIDED_FOR: Final = timedelta(minutes=1)
"""How long a refund is left to whoever asked, before the worker asks for it again."""
_AT_ONCE: Final = 100
_DECIDED: Final = (Refused, Conflict, NotFound)


@dataclass(frozen=True, slots=True)
class NewRefund:
    """What a merchant asks to give back."""

    order_id: UUID
    number: str
    amount: Fen
    reason: str


def refund_order(bank: Bank, seller: Seller, refund_id: UUID, new: NewRefund) -> Refund:
    """Give back an order or a part of it; the same again gives the first answer.

    Raises OrderUnknown, OrderNotPaid, NumberUsed, IdUsed, and what `refund_payment` raises.
    """
    with bank.transaction() as connection:
        refund = _keep(bank, connection, seller, refund_id, new)
    if refund.done_at is not None:
        return refund
    return _make(bank, seller.merchant, refund)


def read_refund(bank: Bank, seller: Seller, refund_id: UUID) -> Refund:
    """Return a refund of the seller's; raises RefundUnknown."""
    with bank.connection() as connection:
        return _of_seller(seller, order_store.refund(connection, refund_id))


def read_refund_by_number(bank: Bank, seller: Seller, number: str) -> Refund:
    """Return a refund by the merchant's own number; raises RefundUnknown."""
    with bank.connection() as connection:
        found = order_store.refund_by_number(connection, seller.merchant.id, number)
    return _of_seller(seller, found)


def refunds_of_order(bank: Bank, seller: Seller, order_id: UUID) -> list[Refund]:
    """Return an order's refunds, refused ones too; raises OrderUnknown."""
    with bank.connection() as connection:
        require_order(connection, seller, order_id)
        return order_store.refunds_of_order(connection, order_id)


def finish_refunds(bank: Bank) -> int:
    """Ask again for refunds that nothing is known of; return how many are decided now."""
    before = bank.clock() - UNDECIDED_FOR
    with bank.connection() as connection:
        waiting = order_store.undecided_refunds(connection, before, _AT_ONCE)
        merchants = {r.merchant_id: require_merchant(connection, r.merchant_id) for r in waiting}
    return sum(_is_decided(bank, merchants[refund.merchant_id], refund) for refund in waiting)


def _keep(
    bank: Bank, connection: Connection, seller: Seller, refund_id: UUID, new: NewRefund
) -> Refund:
    order = require_order(connection, seller, new.order_id)
    if order.payment_id is None:
        raise OrderNotPaid
    merchant_id = seller.merchant.id
    if not order_store.claim_refund_number(connection, merchant_id, new.number, refund_id):
        raise NumberUsed(new.number)
    asked = Refund(
        refund_id,
        merchant_id,
        order.id,
        order.payment_id,
        new.number,
        new.amount,
        new.reason,
        seller.key_id,
        bank.clock(),
        None,
        "",
    )
    content = content_hash(merchant_id, order.id, new.number, new.amount, new.reason)
    if not order_store.insert_refund(connection, asked, content):
        raise IdUsed
    kept = order_store.refund(connection, refund_id)
    assert kept is not None
    return kept


def _make(bank: Bank, merchant: Merchant, refund: Refund) -> Refund:
    """Move the money; the notice to the merchant's server is stored with it."""
    kind = EventKind.REFUND_DONE
    told = [event_row(merchant.id, kind, refund.id, bank.clock())] if merchant.webhook_url else []
    try:
        made = refund_payment(
            bank,
            refund.id,
            refund.payment_id,
            refund.amount,
            merchant.wallet_id,
            reason=refund.reason,
            rows=told,
        )
    except _DECIDED as refusal:
        with bank.transaction() as connection:
            order_store.set_refund_refused(connection, refund.id, refusal.problem)
        raise
    with bank.transaction() as connection:
        order_store.set_refund_done(connection, refund.id, made.made_at)
        done = order_store.refund(connection, refund.id)
    assert done is not None
    return done


def _is_decided(bank: Bank, merchant: Merchant, refund: Refund) -> bool:
    try:
        _make(bank, merchant, refund)
    except Unavailable:
        return False
    except _DECIDED:
        return True
    return True


def _of_seller(seller: Seller, refund: Refund | None) -> Refund:
    if refund is None or refund.merchant_id != seller.merchant.id:
        raise RefundUnknown
    return refund
