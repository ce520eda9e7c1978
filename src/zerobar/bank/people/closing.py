"""Closing a wallet: for ever, and only when nothing is in it or on its way."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.errors import WalletFrozen, WalletNotEmpty
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.model import Wallet
from zerobar.bank.people.wallets import wallet_of
from zerobar.database import Connection


def close_wallet(bank: Bank, session: Session, wallet_id: UUID) -> Wallet:
    """Close a wallet; one that is closed stays so.

    The ledger decides, in order with all payments: once its account is closed, nothing more is
    posted to it. If this program ends in between, asking again does the rest.

    Raises WalletUnknown, WalletFrozen, WalletNotEmpty, or as `require_holder`.
    """
    with bank.connection() as connection:
        wallet = wallet_of(connection, session.person_id, wallet_id)
        if wallet.closed_at is not None:
            return wallet
        _check_closable(connection, wallet)
        require_holder(connection, session, bank.clock())
    if not bank.ledger.close_account(wallet_id).ok:
        raise WalletNotEmpty
    with bank.transaction() as connection:
        return _closed(bank, connection, wallet)


def _check_closable(connection: Connection, wallet: Wallet) -> None:
    # The rules of cards and purses build upon people's; here are the questions the other way.
    from zerobar.bank.funding.store import has_open_orders  # noqa: PLC0415
    from zerobar.bank.purses.store import has_open_purses  # noqa: PLC0415

    if wallet.frozen_at is not None:
        raise WalletFrozen
    if has_open_orders(connection, wallet.id) or has_open_purses(connection, wallet.id):
        raise WalletNotEmpty


def _closed(bank: Bank, connection: Connection, wallet: Wallet) -> Wallet:
    assert wallet.person_id is not None
    person = store.lock_person(connection, wallet.person_id)
    assert person is not None, "people are never deleted"
    store.set_closed(connection, wallet.id, bank.clock())
    connection.execute("DELETE FROM bank.pin_grant WHERE wallet_id = %s", (wallet.id,))
    if person.main_wallet_id == wallet.id:
        store.set_main_wallet(connection, person.id, _next_main(connection, person.id))
    return wallet_of(connection, person.id, wallet.id)


def _next_main(connection: Connection, person_id: UUID) -> UUID | None:
    """The oldest wallet that is open, so that whoever sends to the phone number still can."""
    wallets = store.wallets_of_person(connection, person_id)
    return next((wallet.id for wallet in wallets if wallet.is_open), None)
