"""A person's wallets: further ones, which one receives, their names, and freezing."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final
from uuid import UUID

from zerobar.bank.asking import Session
from zerobar.bank.context import Bank
from zerobar.bank.halting import halt, wallet_halts
from zerobar.bank.people import store
from zerobar.bank.people.errors import FrozenByBank, WalletClosed, WalletFrozen, WalletUnknown
from zerobar.bank.people.guarding import require_holder
from zerobar.bank.people.model import Wallet
from zerobar.database import Connection

MOST_WALLETS: Final = 4
"""Open at the same time, of one person; and of one identity, in categories II and III."""


class Freezer(IntEnum):
    """Who froze a wallet."""

    HOLDER = 1
    BANK = 2


def wallet_of(connection: Connection, person_id: UUID, wallet_id: UUID) -> Wallet:
    """Return a person's wallet, closed ones too; raises WalletUnknown."""
    wallet = store.wallet(connection, wallet_id)
    if wallet is None or wallet.person_id != person_id:
        raise WalletUnknown
    return wallet


def open_wallet_of(connection: Connection, person_id: UUID, wallet_id: UUID) -> Wallet:
    """Return a person's wallet that may be used; raises WalletUnknown, or as `check_open`."""
    wallet = wallet_of(connection, person_id, wallet_id)
    check_open(wallet)
    return wallet


def check_open(wallet: Wallet) -> None:
    """Raise WalletClosed or WalletFrozen if it takes part in nothing."""
    if wallet.closed_at is not None:
        raise WalletClosed
    if wallet.frozen_at is not None:
        raise WalletFrozen


def choose_main(bank: Bank, session: Session, wallet_id: UUID) -> None:
    """Let a wallet receive what is sent to the person's phone number.

    Raises WalletUnknown, WalletClosed, WalletFrozen, or as `require_holder`.
    """
    with bank.transaction() as connection:
        open_wallet_of(connection, session.person_id, wallet_id)
        require_holder(connection, session, bank.clock())
        store.set_main_wallet(connection, session.person_id, wallet_id)


def label_wallet(bank: Bank, person_id: UUID, wallet_id: UUID, label: str) -> None:
    """Give a wallet a name for its holder; raises WalletUnknown."""
    with bank.transaction() as connection:
        wallet_of(connection, person_id, wallet_id)
        store.set_label(connection, wallet_id, label)


def freeze_wallet(
    bank: Bank, wallet_id: UUID, by: Freezer, note: Callable[[Connection], None] | None = None
) -> None:
    """Let nothing leave or enter a wallet, and end its grants.

    Staff may freeze what the holder froze, and so keep it frozen. Raises WalletUnknown or
    WalletClosed.

    Args:
        note: writes down who did it, in the same transaction.
    """
    with bank.transaction() as connection:
        wallet, freezer = _locked(connection, wallet_id)
        strongest = max(by, freezer or by)
        store.set_frozen(connection, wallet_id, wallet.frozen_at or bank.clock(), strongest)
        connection.execute("DELETE FROM bank.pin_grant WHERE wallet_id = %s", (wallet_id,))
        if note is not None:
            note(connection)
    halt(bank, wallet_halts(wallet_id))


def unfreeze_wallet(bank: Bank, wallet_id: UUID, by: Freezer) -> None:
    """Let a wallet be used again; one that is not frozen stays as it is.

    Raises WalletUnknown, WalletClosed, or FrozenByBank when the holder asks for what staff froze.
    """
    with bank.transaction() as connection:
        _, freezer = _locked(connection, wallet_id)
        if freezer is not None and freezer > by:
            raise FrozenByBank
        store.set_frozen(connection, wallet_id, None, None)


def _locked(connection: Connection, wallet_id: UUID) -> tuple[Wallet, Freezer | None]:
    wallet = store.lock_wallet(connection, wallet_id)
    if wallet is None:
        raise WalletUnknown
    if wallet.closed_at is not None:
        raise WalletClosed
    freezer = store.freezer_of(connection, wallet_id)
    return wallet, None if freezer is None else Freezer(freezer)
