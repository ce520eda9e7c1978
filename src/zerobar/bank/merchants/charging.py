"""Charging a customer's code for an order, by a till or by the merchant's server."""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.errors import OrderNotOpen
from zerobar.bank.merchants.model import Order, OrderState
from zerobar.bank.merchants.orders import read_order, require_order
from zerobar.bank.merchants.sellers import Seller
from zerobar.bank.paying.charging import pay_by_code
from zerobar.bank.paying.model import Charge, confirmed_id
from zerobar.bank.signatures import Signed


def charge_order(bank: Bank, seller: Seller, order_id: UUID, code: str, signed: Signed) -> Order:
    """Have a customer's code pay an order; the payment's id is, or follows from, the request's.

    Asked again with the same id and code, the answer is that of the payment: so a till asks until
    it knows. Returns the order, paid.

    Raises OrderUnknown, OtherShop, OrderNotOpen if something else has paid or ended it,
    MerchantSuspended, IdUsed, and what `pay_by_code` raises, as ConfirmationNeeded.
    """
    seller.require_trading()
    payment_id = signed.id
    with bank.transaction() as connection:
        order = require_order(connection, seller, order_id)
        seller.require_shop(order.shop_id)
        hashed = _hash(bank, code)
        now = bank.clock()
        if not order_store.insert_charge(connection, payment_id, order, seller.key_id, hashed, now):
            raise IdUsed
    if order.payment_id in {payment_id, confirmed_id(payment_id)}:
        return order
    state = order.state(bank.clock())
    if state is OrderState.PAID:
        raise OrderNotOpen(state)
    paid = pay_by_code(bank, Charge(payment_id, code, order.id, signed, order.memo))
    done = read_order(bank, seller, order_id)
    assert done.payment_id == paid.id, "an order's record is stored with the money that paid it"
    return done


def _hash(bank: Bank, code: str) -> bytes:
    """Return what tells codes apart and does not give them away: 19 digits are soon tried out."""
    return hmac.digest(bank.sealer.secret("charged-code"), code.encode(), hashlib.sha256)
