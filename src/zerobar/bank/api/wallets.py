"""A person's wallet over HTTP: its money, its limits, its grants, freezing and closing."""

from __future__ import annotations

from uuid import UUID

from litestar import get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Session
from zerobar.bank.api.showing import show_balance, show_limits, show_wallet
from zerobar.bank.context import Bank
from zerobar.bank.people.closing import close_wallet
from zerobar.bank.people.model import Category
from zerobar.bank.people.pin import require_grant, verify_pin
from zerobar.bank.people.reading import read_balance, read_limits, read_person, read_wallet
from zerobar.bank.people.verifying import raise_category
from zerobar.bank.people.wallets import Freezer, freeze_wallet, label_wallet, unfreeze_wallet
from zerobar.client.people import (
    BalanceShown,
    CategoryWanted,
    GrantOpened,
    LimitsShown,
    NewLabel,
    PinGiven,
    WalletShown,
)


@get("/v1/wallets/{wallet_id:uuid}", sync_to_thread=True, tags=["wallets"])
def read_one_wallet(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> WalletShown:
    """Show a wallet."""
    return _shown(bank, session, wallet_id)


@patch("/v1/wallets/{wallet_id:uuid}", sync_to_thread=True, tags=["wallets"])
def rename_wallet(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    data: JSONBody[NewLabel],
) -> WalletShown:
    """Name a wallet."""
    label_wallet(bank, session.person_id, wallet_id, data.label)
    return _shown(bank, session, wallet_id)


@get("/v1/wallets/{wallet_id:uuid}/balance", sync_to_thread=True, tags=["wallets"])
def read_wallet_balance(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> BalanceShown:
    """Show what is in a wallet."""
    return show_balance(read_balance(bank, session.person_id, wallet_id))


@get("/v1/wallets/{wallet_id:uuid}/limits", sync_to_thread=True, tags=["wallets"])
def read_wallet_limits(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> LimitsShown:
    """Show what a wallet may do, and what of that is used."""
    return show_limits(read_limits(bank, session.person_id, wallet_id))


@put("/v1/wallets/{wallet_id:uuid}/category", sync_to_thread=True, tags=["wallets"])
def raise_wallet(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    data: JSONBody[CategoryWanted],
) -> WalletShown:
    """Raise a wallet's category; the answer is the wallet, which may be higher already."""
    raise_category(bank, session, wallet_id, Category(data.category))
    return _shown(bank, session, wallet_id)


@post("/v1/wallets/{wallet_id:uuid}/grants", sync_to_thread=True, tags=["wallets"])
def open_grant(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    data: JSONBody[PinGiven],
) -> GrantOpened:
    """Give the PIN, so that this device may pay from the wallet for five minutes."""
    expires_at = verify_pin(bank, session, wallet_id, data.pin)
    return GrantOpened(expires_at=expires_at)


@post("/v1/wallets/{wallet_id:uuid}/freeze", status_code=200, sync_to_thread=True, tags=["wallets"])
def freeze(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> WalletShown:
    """Let nothing leave or enter a wallet."""
    read_wallet(bank, session.person_id, wallet_id)
    freeze_wallet(bank, wallet_id, Freezer.HOLDER)
    return _shown(bank, session, wallet_id)


@post(
    "/v1/wallets/{wallet_id:uuid}/unfreeze",
    status_code=200,
    sync_to_thread=True,
    tags=["wallets"],
)
def unfreeze(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> WalletShown:
    """Let a wallet be used again; whoever found the phone cannot, for the PIN is needed first."""
    read_wallet(bank, session.person_id, wallet_id)
    with bank.connection() as connection:
        require_grant(connection, wallet_id, session.key_id, bank.clock())
    unfreeze_wallet(bank, wallet_id, Freezer.HOLDER)
    return _shown(bank, session, wallet_id)


@post("/v1/wallets/{wallet_id:uuid}/close", status_code=200, sync_to_thread=True, tags=["wallets"])
def close(
    bank: NamedDependency[Bank], session: NamedDependency[Session], wallet_id: FromPath[UUID]
) -> WalletShown:
    """Close an empty wallet for ever."""
    close_wallet(bank, session, wallet_id)
    return _shown(bank, session, wallet_id)


def _shown(bank: Bank, session: Session, wallet_id: UUID) -> WalletShown:
    wallet = read_wallet(bank, session.person_id, wallet_id)
    return show_wallet(wallet, read_person(bank, session.person_id)[0])


WALLET_ROUTES: list[object] = [
    read_one_wallet,
    rename_wallet,
    read_wallet_balance,
    read_wallet_limits,
    raise_wallet,
    open_grant,
    freeze,
    unfreeze,
    close,
]
