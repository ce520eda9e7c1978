"""Shops and tills that staff open for a merchant who is being taken on, or has no server yet.

Whoever has a till's one-time code can enrol a key that sells, and gives back, as that till. It is
shown once to who asked for it, to be handed over in person; that it was made is in the trail.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import shops
from zerobar.bank.merchants.model import Shop, Terminal
from zerobar.bank.merchants.shops import AddedTerminal, Note
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.vouchers import ROLES
from zerobar.database import Connection


def list_shops(
    bank: Bank, session: StaffSession, merchant_id: UUID, after: UUID | None, limit: int
) -> list[Shop]:
    """Return a merchant's shops by id; raises RoleMissing or MerchantUnknown."""
    session.require(*ROLES)
    return shops.shops_of(bank, merchant_id, after, limit)


def list_tills(
    bank: Bank, session: StaffSession, merchant_id: UUID, after: UUID | None, limit: int
) -> list[Terminal]:
    """Return a merchant's tills by id; raises RoleMissing or MerchantUnknown."""
    session.require(*ROLES)
    return shops.terminals_of(bank, merchant_id, after, limit)


def open_shop(
    bank: Bank, session: StaffSession, merchant_id: UUID, shop_id: UUID, names: tuple[str, str]
) -> Shop:
    """Open a shop; the same again gives the first answer.

    Args:
        names: in any script, and in ASCII.

    Raises RoleMissing, MerchantUnknown or IdUsed.
    """
    session.require(Role.OPERATIONS)
    note = _noting(bank, session, "open-shop", merchant_id, shop_id=shop_id, name=names[0])
    return shops.open_shop_of(bank, merchant_id, shop_id, names, note)


def add_till(
    bank: Bank, session: StaffSession, merchant_id: UUID, till_id: UUID, place: tuple[UUID, str]
) -> AddedTerminal:
    """Add a till to a shop; the same again gives the same one-time code.

    Args:
        place: the shop, and what the till is called there.

    Raises RoleMissing, ShopUnknown, ShopClosed or IdUsed.
    """
    session.require(Role.OPERATIONS)
    note = _noting(bank, session, "add-till", merchant_id, till_id=till_id, label=place[1])
    return shops.add_terminal_to(bank, merchant_id, till_id, place, note)


def renew_code(
    bank: Bank, session: StaffSession, merchant_id: UUID, till_id: UUID
) -> AddedTerminal:
    """Give a till that is not enrolled yet another code, and void the one before.

    Raises RoleMissing, TerminalUnknown or TerminalEnrolled.
    """
    session.require(Role.OPERATIONS)
    note = _noting(bank, session, "renew-till-code", merchant_id, till_id=till_id)
    return shops.renew_code_of(bank, merchant_id, till_id, note)


def end_till(bank: Bank, session: StaffSession, merchant_id: UUID, till_id: UUID) -> Terminal:
    """Take nothing any more that a till signs, at once; again changes nothing.

    Raises RoleMissing or TerminalUnknown.
    """
    session.require(*ROLES)
    note = _noting(bank, session, "end-till", merchant_id, till_id=till_id)
    return shops.revoke_terminal_of(bank, merchant_id, till_id, note)


def _noting(
    bank: Bank, session: StaffSession, action: str, merchant_id: UUID, **details: object
) -> Note:
    def note(connection: Connection) -> None:
        audit.append(bank, connection, session.staff_id, action, merchant=merchant_id, **details)

    return note
