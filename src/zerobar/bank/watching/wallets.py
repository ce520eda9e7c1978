"""A wallet as staff see it; whoever looks is written down, for it is somebody's."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletUnknown
from zerobar.bank.people.limits import limits_at, used_at
from zerobar.bank.people.masking import masked_phone, shown_name
from zerobar.bank.people.model import Person, Wallet, WalletKind
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.purses import purse_line
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import PurseLine, WalletOverview
from zerobar.client.people import LimitsShown, LimitUse
from zerobar.database import Connection
from zerobar.ledger import balance
from zerobar.purse.money import Fen

_PURSES: Final = """
    SELECT p.purse_id, p.class, p.status, coalesce(h.funds_fen, 0), p.registered_at, p.flagged_at,
           p.lost_at
    FROM bank.purse p LEFT JOIN bank.purse_head h USING (purse_id)
    WHERE p.wallet_id = %s ORDER BY p.linked_at, p.purse_id
"""
_DEVICES: Final = "SELECT count(*) FROM bank.signing_key WHERE owner_id = %s AND revoked_at IS NULL"


def read_wallet(bank: Bank, session: StaffSession, wallet_id: UUID) -> WalletOverview:
    """Return what staff may know of a wallet; raises RoleMissing or WalletUnknown."""
    session.require(*ROLES)
    with bank.transaction() as connection:
        wallet = people.wallet(connection, wallet_id)
        if wallet is None:
            raise WalletUnknown
        shown = _overview(bank, connection, wallet)
        audit.append(bank, connection, session.staff_id, "read-wallet", wallet_id=wallet_id)
    return shown


def _overview(bank: Bank, connection: Connection, wallet: Wallet) -> WalletOverview:
    person = None if wallet.person_id is None else people.person(connection, wallet.person_id)
    inside = balance(connection, wallet.id)
    is_personal = wallet.kind is WalletKind.PERSONAL
    return WalletOverview(
        wallet_id=wallet.id,
        number=wallet.number,
        label=wallet.label,
        kind=wallet.kind.name.lower(),
        category=int(wallet.category),
        status=_status(wallet),
        phone=None if person is None else masked_phone(person.phone),
        name=_name(bank, person),
        merchant_id=wallet.merchant_id,
        opened_at=wallet.opened_at,
        frozen_at=wallet.frozen_at,
        closed_at=wallet.closed_at,
        balance_fen=int(inside.balance),
        held_fen=int(inside.held),
        available_fen=int(inside.available),
        limits=_limits(bank, connection, wallet) if is_personal else None,
        devices=_devices(connection, wallet),
        purses=_purses(connection, wallet.id),
    )


def _name(bank: Bank, person: Person | None) -> str | None:
    known = person is not None and person.verified_at is not None
    return shown_name(bank.sealer, person) if known and person is not None else None


def _status(wallet: Wallet) -> str:
    if wallet.closed_at is not None:
        return "closed"
    return "open" if wallet.frozen_at is None else "frozen"


def _devices(connection: Connection, wallet: Wallet) -> int:
    row = connection.execute(_DEVICES, (wallet.person_id or wallet.merchant_id,)).fetchone()
    assert row is not None
    return int(row[0])


def _purses(connection: Connection, wallet_id: UUID) -> list[PurseLine]:
    return [purse_line(row) for row in connection.execute(_PURSES, (wallet_id,))]


def _limits(bank: Bank, connection: Connection, wallet: Wallet) -> LimitsShown:
    now = bank.clock()
    limits = limits_at(connection, wallet.operator_id, wallet.category, now)
    used = used_at(connection, wallet.spender_id, now)
    return LimitsShown(
        category=int(wallet.category),
        balance_fen=limits.balance,
        per_payment_fen=limits.per_payment,
        per_day=_use(limits.per_day, used.today),
        per_year=_use(limits.per_year, used.this_year),
        bank_withdrawal=limits.bank_withdrawal,
    )


def _use(limit: Fen | None, used: Fen) -> LimitUse:
    left = None if limit is None else max(0, limit - used)
    return LimitUse(limit_fen=limit, used_fen=used, left_fen=left)
