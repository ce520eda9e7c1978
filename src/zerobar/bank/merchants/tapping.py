"""A customer's card at a till that is online: what the till shows it, and what comes of the tap.

    signed = tap_request(bank, seller, order_id, Kind.AUTHORISE)    the wallet behind the card pays
    signed = tap_request(bank, seller, order_id, Kind.PAYMENT)      the card pays its own value
    order = pay_by_tap(bank, seller, order_id, record)              paid, or why not

The voucher is the payment, whichever road it comes by: a till that loses its network after the tap
hands it in later, as any voucher. Here the till waits for the answer, and is told why there is no
money if there is none. A PUSH that names the order as its requests do pays it as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import order_store, tap_store
from zerobar.bank.merchants.errors import OrderNotOpen
from zerobar.bank.merchants.model import Order, OrderState
from zerobar.bank.merchants.orders import read_order, require_order
from zerobar.bank.merchants.payee import MerchantPayee, next_number, payee_of
from zerobar.bank.merchants.sellers import Seller
from zerobar.bank.merchants.tap_errors import (
    ReferenceUsed,
    TapDeclined,
    TapNotTaken,
    TapRefused,
    TapWaits,
)
from zerobar.bank.purses import store as purses
from zerobar.bank.settlement.facts import VoucherKey
from zerobar.bank.settlement.life import Life, VoucherUnknown, life_of
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.bank.settlement.telling import take_vouchers
from zerobar.bank.settlement.topping import top_up
from zerobar.database import Connection
from zerobar.purse.messages import Kind, Request, SignedRequest, Voucher
from zerobar.purse.money import CNY
from zerobar.purse.wire import FormError

TAP_KINDS: Final = (Kind.AUTHORISE, Kind.PAYMENT)
_TAG_LENGTH: Final = 4
# That what goes back to a proved cheat waits for the risk officers is not for a till to know.
_TO_BE_GIVEN_BACK: Final = (
    Waiting.NO_SUCH_REQUEST,
    Waiting.REQUEST_SETTLED,
    Waiting.PAYER_FLAGGED,
)


def tap_request(bank: Bank, seller: Seller, order_id: UUID, kind: Kind) -> SignedRequest:
    """Return the request that a card is to be shown for an order; the same one while it can pay.

    After an AUTHORISE was declined there is another one, so that the same card may be tapped again.

    Raises PursesNotOffered, MerchantSuspended, OrderUnknown, OtherShop, OrderNotOpen or
    ReferenceUsed.
    """
    assert kind in TAP_KINDS
    seller.require_trading()
    order = read_order(bank, seller, order_id)
    seller.require_shop(order.shop_id)
    state = order.state(bank.clock())
    if state is not OrderState.OPEN:
        raise OrderNotOpen(state)
    payee = payee_of(bank, seller.merchant)
    with bank.transaction() as connection:
        return payee.signed(_request(bank, connection, seller, (order, payee, kind)))


def reference_of(order_id: UUID) -> bytes:
    """Return the 8 bytes by which a request, or a push, names its order."""
    return order_id.bytes[8:]


def pay_by_tap(bank: Bank, seller: Seller, order_id: UUID, record: bytes) -> Order:
    """Let a card's voucher of 253 bytes pay an order; return it, paid. Again changes nothing.

    Raises OrderUnknown, OtherShop, TapDeclined, TapRefused, TapNotTaken; TapWaits, TopUpPending,
    BooksUnavailable, TooBusy or OutcomeUnknown when it may still pay: ask the same again.
    """
    key = _check_order(bank, seller, order_id, record)
    told = take_vouchers(bank, [record])[0]
    if not told.taken:
        raise TapRefused(told.sentence)
    life = _life(bank, key, record)
    if life.waits_for is Waiting.TOP_UP:
        top_up(bank, key)
        life = _life(bank, key, record)
    order = read_order(bank, seller, order_id)
    if order.payment_id is not None and _has_paid(bank, order, key):
        return order
    raise _refusal(life)


def _request(
    bank: Bank, connection: Connection, seller: Seller, what: tuple[Order, MerchantPayee, Kind]
) -> Request:
    """Return the order's request that can still pay, or a new one; in a transaction."""
    order, payee, kind = what
    # Whoever else asks for this merchant waits from here on, so an order has one at a time.
    tap_store.lock_payee(connection, seller.merchant.id)
    number = tap_store.open_request(connection, order.id, kind)
    if number is not None:
        known = purses.request(connection, payee.id, number)
        assert known is not None, "an order's request is stored with its number"
        return known
    made = Request(
        kind=kind,
        payee_id=payee.id,
        number=next_number(connection, seller.merchant),
        amount=order.amount,
        currency=CNY,
        tag=bank.random(_TAG_LENGTH),
        reference=reference_of(order.id),
    )
    if tap_store.is_named(connection, made, order.id):
        raise ReferenceUsed
    asked = order.id, seller.key_id
    while not tap_store.insert_request(connection, made, asked, bank.clock()):
        # Somebody else has taken the number, and it pays nothing here.
        made = replace(made, number=next_number(connection, seller.merchant))
    return made


def _check_order(bank: Bank, seller: Seller, order_id: UUID, record: bytes) -> VoucherKey:
    """Check that a voucher is for this order; return what it is known by."""
    try:
        voucher = Voucher.parse(record[: Voucher.LENGTH])
    except FormError:
        raise TapRefused("It is no voucher.") from None
    with bank.connection() as connection:
        order = require_order(connection, seller, order_id)
        seller.require_shop(order.shop_id)
        if tap_store.order_of(connection, voucher) != order_id:
            raise TapRefused("It answers no request for it.")
    return voucher.payer_id, voucher.entry


def _life(bank: Bank, key: VoucherKey, record: bytes) -> Life:
    try:
        life = life_of(bank, *key)
    except VoucherUnknown:
        raise TapRefused("It was not kept.") from None
    if life.voucher.body != record[: Voucher.BODY_LENGTH]:
        # Taken as evidence only: its card has signed another one under the same number.
        raise TapRefused("Its card has signed another one under the same number: a clone.")
    return life


def _has_paid(bank: Bank, order: Order, key: VoucherKey) -> bool:
    with bank.connection() as connection:
        return order_store.tap_of(connection, order.id) == key


def _refusal(life: Life) -> TapDeclined | TapNotTaken | TapRefused | TapWaits:
    if life.declined is not None:
        return TapDeclined(life.declined)
    if life.waits_for in _TO_BE_GIVEN_BACK or life.outcome is Outcome.REFUNDED:
        return TapNotTaken()
    if life.outcome is Outcome.SETTLED:
        # A push that came before any request had named the order.
        return TapRefused("It was paid to the merchant before, without an order.")
    return TapWaits(life.waits_for)
