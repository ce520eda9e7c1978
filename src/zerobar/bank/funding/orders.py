"""Carrying out an order: each step can be repeated, so a crash between any two costs nothing.

An order is stored, then what it needs is set aside in the books, then the card's bank is asked,
then the books follow what the bank has done. What the bank did is not always known at once: then
the order stays pending, and is asked for by its id until it is known. An order that the bank never
saw is made never to happen by asking for it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding import booking, store
from zerobar.bank.funding.model import (
    Asked,
    CardOrder,
    OrderKind,
    OrderStatus,
    Reason,
)
from zerobar.bank.halting import wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.partners import BankOrder, BankOutcome, BankStatus
from zerobar.bank.people import store as people
from zerobar.bank.people.limits import limits_at
from zerobar.bank.people.model import Wallet
from zerobar.database import Connection
from zerobar.database.batches import put_off
from zerobar.ledger import Counter, read_counter

LEASE: Final = timedelta(seconds=30)
"""How long whoever works on an order has it alone; longer than a partner is waited for."""


def new_order(bank: Bank, kind: OrderKind, wallet: Wallet, asked: Asked) -> CardOrder:
    """Return an order as it begins."""
    assert wallet.person_id is not None and asked.amount >= 1
    now = bank.clock()
    return CardOrder(
        asked.id, wallet.operator_id, kind, wallet.id, wallet.person_id, asked.card_id,
        asked.amount, asked.cause_id, OrderStatus.PENDING, "", False, now, None, 0, now + LEASE,
    )  # fmt: skip


def same_order(connection: Connection, order: CardOrder) -> CardOrder | None:
    """Return the order of this id if there is one; raises IdUsed if it was for something else."""
    known = store.order(connection, order.id)
    if known is not None and known.content != order.content:
        raise IdUsed
    return known


def insert_once(connection: Connection, order: CardOrder) -> tuple[CardOrder, bool]:
    """Store an order; return it, or the one that is there already, and whether it is new."""
    if store.insert_order(connection, order):
        return order, True
    known = same_order(connection, order)
    assert known is not None
    return known, False


def carry_out(bank: Bank, order: CardOrder, *, first: bool = False) -> CardOrder:
    """Take a pending order as far as it goes now, and return it as it is then.

    Args:
        bank: outside any transaction, for partners may take seconds.
        order: stored already.
        first: nobody else can have begun with it.

    Raises BooksUnavailable; the order stays pending.
    """
    if order.status is not OrderStatus.PENDING or order.operator_id != bank.operator_id:
        # Another operator's cards are known to its own partners, whom its own worker asks.
        return order
    if order.kind is OrderKind.RETURN:
        return _give_back(bank, order)
    return _move(bank, order, first)


def go_on(bank: Bank, order: CardOrder) -> CardOrder:
    """Carry out an order that was asked for again, unless someone is at it."""
    return carry_out(bank, order) if order.next_try_at <= bank.clock() else order


def put_off_order(bank: Bank, order: CardOrder) -> CardOrder:
    """Have a pending order asked after later, each time after twice the pause."""
    with bank.connection() as connection:
        next_try_at = put_off(connection, "bank.card_order", "order_id", order.id, bank.clock())
    return replace(order, next_try_at=next_try_at, tries=order.tries + 1)


def _move(bank: Bank, order: CardOrder, first: bool) -> CardOrder:
    halts, ceiling = _halts(bank, order), _ceiling(bank, order)
    refused = booking.post(bank, order, booking.hold(order, ceiling), halts=halts)
    if refused:
        return _end(bank, order, OrderStatus.REFUSED, refused)
    outcome = _ask(bank, order) if first else bank.partners.bank.outcome(order.id)
    match outcome.status:
        case BankStatus.DONE:
            return _follow(bank, order, ceiling)
        case BankStatus.REFUSED:
            booking.post_surely(bank, order, booking.void(order))
            return _end(bank, order, OrderStatus.REFUSED, outcome.reason)
    return put_off_order(bank, order)


def _follow(bank: Bank, order: CardOrder, ceiling: int | None) -> CardOrder:
    """Book what the card's bank has done."""
    refused = booking.post(bank, order, booking.commit(order, ceiling), booking.deposit(order))
    if not refused:
        return _end(bank, order, OrderStatus.DONE, moved=True)
    # Between hold and commit others have filled or closed the wallet: the card gets it back.
    assert order.kind.fills_wallet
    returned = replace(
        order,
        id=derived_id(Word.RETURN_OF_ORDER, order.id),
        kind=OrderKind.RETURN,
        cause_id=order.id,
        tries=0,
        next_try_at=bank.clock(),
    )
    chain = booking.void(order), booking.deposit(order, Word.FUNDING_DEPOSIT_TO_RETURN)
    booking.post_surely(bank, order, *chain, row=store.order_row(returned))
    return _end(bank, order, OrderStatus.REFUSED, refused, moved=True)


def _give_back(bank: Bank, order: CardOrder) -> CardOrder:
    # Asking for the same id again is safe, and this order is to happen however late.
    outcome = _ask(bank, order)
    match outcome.status:
        case BankStatus.DONE:
            booking.post_surely(bank, order, booking.deposit(order))
            return _end(bank, order, OrderStatus.DONE, moved=True)
        case BankStatus.REFUSED:
            stranded = booking.post(bank, order, booking.into_wallet(order))
            if stranded:
                return _end(bank, order, OrderStatus.STRANDED, stranded)
            return _end(bank, order, OrderStatus.REFUSED, outcome.reason)
    return put_off_order(bank, order)


def _ask(bank: Bank, order: CardOrder) -> BankOutcome:
    with bank.connection() as connection:
        card = store.card(connection, order.person_id, order.card_id)
    assert card is not None, "an order is for a card that was bound"
    token = bank.sealer.open(card.token_sealed, store.TOKEN_PURPOSE)
    asked = BankOrder(order.id, token, order.amount)
    link = bank.partners.bank
    return link.debit(asked) if order.kind.fills_wallet else link.credit(asked)


def _halts(bank: Bank, order: CardOrder) -> Counter:
    """Return the condition that the wallet is not frozen; of one that is, it never holds.

    A hold that was made before the wallet was frozen is known by its id, whatever the condition.
    """
    with bank.connection() as connection:
        # Before the table: whatever freezes the wallet afterwards counts one more than this.
        known = read_counter(connection, order.wallet_id, 0)
        wallet = people.wallet(connection, order.wallet_id)
    assert wallet is not None
    return wallet_halts(order.wallet_id, known if wallet.frozen_at is None else -1)


def _ceiling(bank: Bank, order: CardOrder) -> int | None:
    if not order.kind.fills_wallet:
        return None
    with bank.connection() as connection:
        wallet = people.wallet(connection, order.wallet_id)
        assert wallet is not None
        limits = limits_at(connection, wallet.operator_id, wallet.category, order.asked_at)
    return limits.balance


def _end(
    bank: Bank,
    order: CardOrder,
    status: OrderStatus,
    reason: str | Reason = "",
    moved: bool = False,
) -> CardOrder:
    ended = replace(order, status=status, reason=str(reason), moved=moved, ended_at=bank.clock())
    with bank.connection() as connection:
        store.end_order(connection, ended)
    return ended
