"""What a person sees of a wallet: its money and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people import store
from zerobar.bank.people.errors import PersonUnknown
from zerobar.bank.people.limits import Limits, Used, limits_at, used_at
from zerobar.bank.people.model import Person, Wallet
from zerobar.bank.people.wallets import wallet_of
from zerobar.ledger import Balance, balance


@dataclass(frozen=True, slots=True)
class WalletLimits:
    """What a wallet may do, and what it has done today and this year."""

    wallet: Wallet
    limits: Limits
    used: Used


def read_person(bank: Bank, person_id: UUID) -> tuple[Person, list[Wallet]]:
    """Return a person and all wallets, closed ones too; raises PersonUnknown."""
    with bank.connection() as connection:
        person = store.person(connection, person_id)
        if person is None:
            raise PersonUnknown
        return person, store.wallets_of_person(connection, person_id)


def read_wallet(bank: Bank, person_id: UUID, wallet_id: UUID) -> Wallet:
    """Return a person's wallet; raises WalletUnknown."""
    with bank.connection() as connection:
        return wallet_of(connection, person_id, wallet_id)


def read_balance(bank: Bank, person_id: UUID, wallet_id: UUID) -> Balance:
    """Return what is in a person's wallet; raises WalletUnknown."""
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        return balance(connection, wallet_id)


def read_limits(bank: Bank, person_id: UUID, wallet_id: UUID) -> WalletLimits:
    """Return the limits of a person's wallet and what of them is used; raises WalletUnknown."""
    now = bank.clock()
    with bank.connection() as connection:
        wallet = wallet_of(connection, person_id, wallet_id)
        limits = limits_at(connection, wallet.operator_id, wallet.category, now)
        return WalletLimits(wallet, limits, used_at(connection, wallet.spender_id, now))
