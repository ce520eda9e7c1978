"""Refunds by a merchant: a part of an order or all of it, under a number of the merchant's own.

What is asked for is kept before money moves. A refund of which nothing is known yet is asked for
again with the same id until it is; one that was refused stays so, and its number stays used.
Who gives back is held to what halts every other movement: suspension, a freeze, a revoked key.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.errors import Conflict, IdUsed, NotFound, Refused
from zerobar.bank.halting import key_revocation, wallet_halts
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.contents import content_hash
from zerobar.bank.merchants.errors import (
    MerchantSuspended,
    NumberUsed,
    OrderNotPaid,
    OrderUnknown,
    RefundUnknown,
)
from zerobar.bank.merchants.model import EventKind, Merchant, Order, Refund
from zerobar.bank.merchants.orders import require_order
from zerobar.bank.merchants.payable import event_row
from zerobar.bank.merchants.sellers import Seller, require_merchant
from zerobar.bank.paying.model import Condition
from zerobar.bank.paying.refunds import refund_payment
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletFrozen
from zerobar.bank.signatures import KeyUnknown
from zerobar.database import Connection
from zerobar.database.batches import put_off
from zerobar.ledger import read_counter
from zerobar.purse.money import Fen

UNDECIDED_FOR: Final = timedelta(minutes=1)
"""How long a refund is left to whoever asked, before the worker asks for it again."""
_AT_ONCE: Final = 100
_DECIDED: Final = (Refused, Conflict, NotFound, KeyUnknown)


@dataclass(frozen=True, slots=True)
class NewRefund:
    """What a merchant asks to give back."""

    order_id: UUID
    number: str
    amount: Fen
    reason: str


def refund_order(bank: Bank, seller: Seller, refund_id: UUID, new: NewRefund) -> Refund:
    """Give back an order or a part of it; the same again gives the first answer.

    A till gives back what its own shop has sold; a suspended merchant gives back nothing.

    Raises OrderUnknown, OtherShop, MerchantSuspended, OrderNotPaid, NumberUsed, IdUsed, and what
    `refund_payment` raises.
    """
    with bank.transaction() as connection:
        order = require_order(connection, seller, new.order_id)
        seller.require_shop(order.shop_id)
        known = order_store.refund(connection, refund_id)
        if known is None or known.done_at is None:
            seller.require_trading()
        refund = _keep(bank, connection, order, (refund_id, seller.key_id), new)
    return _done(bank, seller.merchant, refund, seller.key_id)


def refund_by_approval(bank: Bank, approval_id: UUID, new: NewRefund) -> Refund:
    """Give back any merchant's order, a suspended one's too, as two of the staff decided.

    The approval's id is the refund's, and stands where else the key of who asked does. Raises
    what `refund_order` raises, but for OtherShop and MerchantSuspended.
    """
    with bank.transaction() as connection:
        order = order_store.order(connection, new.order_id)
        if order is None:
            raise OrderUnknown
        merchant = require_merchant(connection, order.merchant_id)
        refund = _keep(bank, connection, order, (approval_id, approval_id), new)
    return _done(bank, merchant, refund, None)


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
    now = bank.clock()
    with bank.connection() as connection:
        waiting = order_store.undecided_refunds(connection, bank.operator_id, now, _AT_ONCE)

    def postpone(refund: Refund) -> None:
        with bank.connection() as connection:
            put_off(connection, "bank.merchant_refund", "refund_id", refund.id, now)

    return do_each("refunds", waiting, lambda refund: _is_decided(bank, refund), postpone)


def _keep(
    bank: Bank, connection: Connection, order: Order, ids: tuple[UUID, UUID], new: NewRefund
) -> Refund:
    """Store what is asked for; `ids`: the refund's, and of who asks."""
    refund_id, asked_by = ids
    merchant_id = order.merchant_id
    if order.payment_id is None:
        raise OrderNotPaid
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
        asked_by,
        bank.clock(),
        None,
        "",
    )
    content = content_hash(merchant_id, order.id, new.number, new.amount, new.reason)
    next_try_at = asked.asked_at + UNDECIDED_FOR
    if not order_store.insert_refund(connection, asked, content, next_try_at):
        raise IdUsed
    kept = order_store.refund(connection, refund_id)
    assert kept is not None
    return kept


def _done(bank: Bank, merchant: Merchant, refund: Refund, key_id: UUID | None) -> Refund:
    """Return a refund, made now if it was not before; `key_id`: see `_not_halted`."""
    if refund.done_at is not None:
        return refund
    return _make(bank, merchant, refund, _not_halted(bank, merchant, key_id))


def _make(
    bank: Bank, merchant: Merchant, refund: Refund, conditions: tuple[Condition, ...]
) -> Refund:
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
            conditions=conditions,
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


def _is_decided(bank: Bank, refund: Refund) -> bool:
    """Make a refund; True, too, if it is refused now for ever. Raises Unavailable."""
    with bank.connection() as connection:
        merchant = require_merchant(connection, refund.merchant_id)
    # What two of the staff have decided is noted under their approval's id, not under a key.
    key_id = None if refund.key_id == refund.id else refund.key_id
    conditions = _not_halted(bank, merchant, key_id)
    with suppress(*_DECIDED):
        _make(bank, merchant, refund, conditions)
    return True


def _not_halted(bank: Bank, merchant: Merchant, key_id: UUID | None) -> tuple[Condition, ...]:
    """Return the conditions that who gives back is not halted from this look on.

    Args:
        bank: whose.
        merchant: who gives back.
        key_id: of who asked; None: two of the staff did, and nothing halts that.

    Raises MerchantSuspended or WalletFrozen: the refund has to wait.
    """
    if key_id is None:
        return ()
    with bank.connection() as connection:
        # Before the tables: whatever halts the merchant afterwards counts one more than this.
        halts = read_counter(connection, merchant.wallet_id, 0)
        now = require_merchant(connection, merchant.id)
        wallet = people.wallet(connection, merchant.wallet_id)
    assert wallet is not None, "a merchant's wallet stays"
    if now.suspended_at is not None:
        raise MerchantSuspended
    if wallet.frozen_at is not None:
        raise WalletFrozen
    return (
        Condition(wallet_halts(merchant.wallet_id, halts), MerchantSuspended),
        Condition(key_revocation(key_id), KeyUnknown),
    )


def _of_seller(seller: Seller, refund: Refund | None) -> Refund:
    if refund is None or refund.merchant_id != seller.merchant.id:
        raise RefundUnknown
    return refund
