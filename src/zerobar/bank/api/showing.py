"""People and wallets as their holders see them over HTTP."""

from __future__ import annotations

from zerobar.bank.api.access import Session
from zerobar.bank.context import Bank
from zerobar.bank.people.devices import Device
from zerobar.bank.people.errors import BadDeviceKey
from zerobar.bank.people.masking import masked_phone, shown_name
from zerobar.bank.people.model import Person, SigningKey, Wallet
from zerobar.bank.people.reading import WalletLimits
from zerobar.bank.people.sessions import OpenedSession
from zerobar.client.enrolment import NewDevice, read_64
from zerobar.client.people import (
    BalanceShown,
    DeviceShown,
    LimitsShown,
    LimitUse,
    PersonShown,
    SessionOpened,
    WalletShown,
    WalletStatus,
)
from zerobar.ledger import Balance
from zerobar.purse.money import Fen


def device_of(sent: NewDevice) -> Device:
    """Return a device that asks to be enrolled; raises BadDeviceKey."""
    public_key, proof = read_64(sent.public_key), read_64(sent.proof)
    if public_key is None or proof is None:
        raise BadDeviceKey
    return Device(sent.key_id, public_key, sent.label, proof)


def show_session(opened: OpenedSession) -> SessionOpened:
    """Show a session that has just begun, with its token."""
    return SessionOpened(
        session_id=opened.id,
        person_id=opened.person_id,
        key_id=opened.key_id,
        expires_at=opened.expires_at,
        token=opened.token,
    )


def show_person(bank: Bank, person: Person, wallets: list[Wallet]) -> PersonShown:
    """Show somebody to themselves, with what is personal masked."""
    return PersonShown(
        person_id=person.id,
        phone=masked_phone(person.phone),
        name=shown_name(bank.sealer, person) if person.verified_at else None,
        verified=person.verified_at is not None,
        main_wallet_id=person.main_wallet_id,
        wallets=[show_wallet(wallet, person) for wallet in wallets],
    )


def show_wallet(wallet: Wallet, holder: Person) -> WalletShown:
    """Show a wallet to its holder."""
    return WalletShown(
        wallet_id=wallet.id,
        number=wallet.number,
        label=wallet.label,
        category=int(wallet.category),
        status=_status(wallet),
        main=wallet.id == holder.main_wallet_id,
        auto_top_up=wallet.auto_top_up,
        opened_at=wallet.opened_at,
        closed_at=wallet.closed_at,
    )


def show_device(key: SigningKey, session: Session) -> DeviceShown:
    """Show a device to its owner."""
    return DeviceShown(
        key_id=key.id,
        label=key.label,
        enrolled_at=key.enrolled_at,
        revoked_at=key.revoked_at,
        current=key.id == session.key_id,
    )


def show_balance(balance: Balance) -> BalanceShown:
    """Show what is in a wallet."""
    return BalanceShown(
        balance_fen=balance.balance, held_fen=balance.held, available_fen=balance.available
    )


def show_limits(found: WalletLimits) -> LimitsShown:
    """Show what a wallet may do, and what of that is used."""
    limits, used = found.limits, found.used
    return LimitsShown(
        category=int(found.wallet.category),
        balance_fen=limits.balance,
        per_payment_fen=limits.per_payment,
        per_day=_use(limits.per_day, used.today),
        per_year=_use(limits.per_year, used.this_year),
        bank_withdrawal=limits.bank_withdrawal,
    )


def _use(limit: Fen | None, used: Fen) -> LimitUse:
    left = None if limit is None else max(0, limit - used)
    return LimitUse(limit_fen=limit, used_fen=used, left_fen=left)


def _status(wallet: Wallet) -> WalletStatus:
    if wallet.closed_at is not None:
        return WalletStatus.CLOSED
    return WalletStatus.FROZEN if wallet.frozen_at is not None else WalletStatus.OPEN
