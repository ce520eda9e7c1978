"""What a card has paid goes back to that card.

A refund moves the card's part from the merchant into the vault, and in the same posting stores
the order that gives it to the card:

    bank.ledger.post(
        Transfer(..., debit=merchant, credit=vault_of(wallet), amount=card_part, ...),
        rows=(..., return_row(bank, wallet, card_id, card_part, refund_id)),
    )
    return_to_card(bank, refund_id)

So the money is never on its way without somebody who follows it. If the card's bank refuses, the
money goes into the wallet, whatever its limit.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.errors import OrderUnknown
from zerobar.bank.funding.model import Asked, OrderKind, OrderStatus
from zerobar.bank.funding.orders import carry_out, new_order
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people.model import Wallet
from zerobar.ledger import Row
from zerobar.purse.money import Fen


def vault_of(wallet: Wallet) -> UUID:
    """Return the account that a refund credits with the card's part: its operator's."""
    return operator_account(wallet.operator_id, AccountCode.VAULT)


def return_id(refund_id: UUID) -> UUID:
    """Return the id of the order that gives a refund's part back to the card."""
    return derived_id(Word.RETURN_OF_REFUND, refund_id)


def return_row(bank: Bank, wallet: Wallet, card_id: UUID, amount: Fen, refund_id: UUID) -> Row:
    """Return the order as a record of the posting that moves the same amount into the vault.

    Args:
        wallet: a person's, which once was filled by the card.
        card_id: of a card of that person, unbound or not.
        amount: at least 1 fen.
        refund_id: what it is for; its order is made once.
    """
    assert wallet.person_id is not None and amount >= 1
    asked = Asked(return_id(refund_id), card_id, amount, refund_id)
    return store.order_row(new_order(bank, OrderKind.RETURN, wallet, asked))


def return_to_card(bank: Bank, refund_id: UUID) -> OrderStatus:
    """Give a refund's part to the card now, rather than when the worker comes to it.

    PENDING means that the worker goes on asking. Raises OrderUnknown before `return_row`'s
    posting.
    """
    with bank.connection() as connection:
        order = store.order(connection, return_id(refund_id))
    if order is None:
        raise OrderUnknown
    return carry_out(bank, order).status
