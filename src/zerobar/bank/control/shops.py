"""What one of the staff does about a merchant's shops and tills: opens shops, looks, ends a till.

What lets somebody act in the merchant's name is decided by two: `merchant_keys`.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import shops
from zerobar.bank.merchants.model import Shop, Terminal
from zerobar.bank.merchants.server_keys import server_keys_of
from zerobar.bank.merchants.shops import Note
from zerobar.bank.people.model import SigningKey
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


def list_server_keys(bank: Bank, session: StaffSession, merchant_id: UUID) -> list[SigningKey]:
    """Return the keys of a merchant's program, the newest first.

    Raises RoleMissing or MerchantUnknown.
    """
    session.require(*ROLES)
    return server_keys_of(bank, merchant_id)


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
