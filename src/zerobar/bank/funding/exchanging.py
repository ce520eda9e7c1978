"""Exchange: from a card into the wallet. Save to bank: from the wallet to a card."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.chart import AccountCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.cards import bound_card
from zerobar.bank.funding.errors import BalanceLimit, OrderUnknown, SavingNotAllowed, VaultShort
from zerobar.bank.funding.model import Asked, CardOrder, OrderKind
from zerobar.bank.funding.orders import carry_out, go_on, insert_once, new_order, same_order
from zerobar.bank.people.limits import Limits, limits_at
from zerobar.bank.people.model import Wallet
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.database import Connection
from zerobar.ledger import balance
from zerobar.purse.money import Fen


def exchange(bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID, asked: Asked) -> CardOrder:
    """Take an amount from a card into a wallet; the same again gives the same order.

    The PIN must have been given for this wallet and key. The order says how it ended: done, refused
    with a reason, or pending, which ends by itself.

    Raises WalletUnknown, WalletFrozen, WalletClosed, CardUnknown, PinNeeded, BalanceLimit or
    VaultShort, and then nothing was stored; IdUsed; or BooksUnavailable, after which the order is
    pending.
    """
    with bank.transaction() as connection:
        order = _begun(bank, connection, OrderKind.EXCHANGE, (person_id, wallet_id), asked)
        known = same_order(connection, order)
        if known is None:
            wallet, limits = _usable(connection, order)
            require_grant(connection, wallet.id, key_id, bank.clock())
            check_room(connection, wallet, limits, asked.amount)
            check_vault(connection, bank.operator_id, asked.amount)
            known, new = insert_once(connection, order)
        else:
            new = False
    return carry_out(bank, known, first=True) if new else go_on(bank, known)


def save_to_bank(
    bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID, asked: Asked
) -> CardOrder:
    """Give an amount from a wallet to a card; the same again gives the same order.

    It is the holder's own money that changes place, so no spending limit counts it; the wallet's
    category must allow it, and the PIN must have been given for this wallet and key.

    Raises as `exchange` does, but for the limits SavingNotAllowed.
    """
    with bank.transaction() as connection:
        order = _begun(bank, connection, OrderKind.SAVE, (person_id, wallet_id), asked)
        known = same_order(connection, order)
        if known is None:
            wallet, limits = _usable(connection, order)
            if not limits.bank_withdrawal:
                raise SavingNotAllowed
            require_grant(connection, wallet.id, key_id, bank.clock())
            known, new = insert_once(connection, order)
        else:
            new = False
    return carry_out(bank, known, first=True) if new else go_on(bank, known)


def order_of_person(connection: Connection, person_id: UUID, order_id: UUID) -> CardOrder:
    """Return a person's order; raises OrderUnknown."""
    order = store.order(connection, order_id)
    if order is None or order.person_id != person_id:
        raise OrderUnknown
    return order


def check_room(connection: Connection, wallet: Wallet, limits: Limits, amount: Fen) -> None:
    """Raise BalanceLimit if the wallet would hold too much; the ledger checks it once more."""
    if limits.balance is None:
        return
    room = limits.balance - balance(connection, wallet.id).balance
    if amount > room:
        raise BalanceLimit(limits.balance, max(Fen(0), room))


def check_vault(connection: Connection, operator_id: UUID, amount: Fen) -> None:
    """Raise VaultShort if the operator has too little; the ledger checks it once more."""
    vault = operator_account(operator_id, AccountCode.VAULT)
    if balance(connection, vault).available < amount:
        raise VaultShort


def _begun(
    bank: Bank, connection: Connection, kind: OrderKind, whose: tuple[UUID, UUID], asked: Asked
) -> CardOrder:
    return new_order(bank, kind, wallet_of(connection, *whose), asked)


def _usable(connection: Connection, order: CardOrder) -> tuple[Wallet, Limits]:
    """Return wallet and limits; the wallet cannot be closed before the order is stored."""
    store.lock_wallet(connection, order.wallet_id)
    wallet = open_wallet_of(connection, order.person_id, order.wallet_id)
    bound_card(connection, order.person_id, order.card_id)
    limits = limits_at(connection, wallet.operator_id, wallet.category, order.asked_at)
    return wallet, limits
