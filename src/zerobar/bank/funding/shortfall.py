"""Auto top-up: a card pays just what a payment lacks, if the wallet's holder allows it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.errors import NoCardPays, TopUpOff, TopUpPending, VaultShort
from zerobar.bank.funding.exchanging import check_vault
from zerobar.bank.funding.model import (
    Asked,
    CardOrder,
    Covered,
    OrderKind,
    OrderStatus,
    Reason,
)
from zerobar.bank.funding.orders import carry_out, go_on, insert_once, new_order
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people import store as people
from zerobar.bank.people.model import Wallet
from zerobar.bank.people.wallets import check_open
from zerobar.purse.money import Fen


def cover_shortfall(bank: Bank, wallet: Wallet, shortfall: Fen, payment_id: UUID) -> Covered:
    """Take from cards what a payment lacks, and return what came in, and from which card.

    Cards are asked in the order of preference until one pays; the next is asked only when the one
    before has refused for certain. For a payment, a card pays once: asked again, the first answer
    counts, whatever the shortfall is by then.

    Args:
        bank: outside any transaction.
        wallet: a person's, open.
        shortfall: at least 1 fen.
        payment_id: what lacks it.

    Raises TopUpOff, WalletFrozen, WalletClosed, VaultShort, NoCardPays, TopUpPending or
    BooksUnavailable. After the last two, asking for the same payment again goes on from there.
    """
    assert shortfall >= 1 and wallet.person_id is not None
    reasons: dict[UUID, str] = {}
    for order in _orders(bank, wallet, shortfall, payment_id):
        match order.status:
            case OrderStatus.DONE:
                return Covered(order.id, order.card_id, order.amount)
            case OrderStatus.PENDING:
                raise TopUpPending(order.id)
        if order.reason == Reason.VAULT_SHORT:
            raise VaultShort
        reasons[order.card_id] = order.reason
    raise NoCardPays(reasons)


def shortfall_order_id(payment_id: UUID, card_id: UUID) -> UUID:
    """Return the id of the order that asks a card for what a payment lacks."""
    return derived_id(Word.SHORTFALL, payment_id, card_id)


def _orders(bank: Bank, wallet: Wallet, shortfall: Fen, payment_id: UUID) -> Iterator[CardOrder]:
    """Yield what became of each card's order, one after the other: first of those asked before."""
    assert wallet.person_id is not None
    with bank.connection() as connection:
        before = store.orders_of_cause(connection, wallet.id, payment_id)
        cards = store.cards_of_person(connection, wallet.person_id)
    for order in before:
        yield go_on(bank, order)
    if not wallet.auto_top_up:
        raise TopUpOff
    asked = {order.card_id for order in before}
    for card in cards:
        if card.id not in asked:
            order_id = shortfall_order_id(payment_id, card.id)
            yield _order(bank, wallet, Asked(order_id, card.id, shortfall, payment_id))


def _order(bank: Bank, wallet: Wallet, asked: Asked) -> CardOrder:
    with bank.transaction() as connection:
        store.lock_wallet(connection, wallet.id)
        now = people.wallet(connection, wallet.id)
        assert now is not None
        check_open(now)
        check_vault(connection, bank.operator_id, asked.amount)
        order, new = insert_once(connection, new_order(bank, OrderKind.SHORTFALL, wallet, asked))
    return carry_out(bank, order, first=True) if new else go_on(bank, order)
