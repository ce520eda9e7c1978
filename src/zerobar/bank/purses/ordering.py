"""Ordering purses: by a wallet's holder, or by staff for stock and for merchants' tills."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.bank.purses import order_store as store
from zerobar.bank.purses.errors import TooManyPurses
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.linking import MOST_PURSES, purse_of
from zerobar.bank.purses.model import Holder
from zerobar.bank.purses.order_store import PurseOrder
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection
from zerobar.purse.messages import PurseClass

MOST_OPEN: Final = 3
"""Purses on order for one wallet."""
MOST_SHOWN: Final = 100


def order_purse(
    bank: Bank,
    holder: Holder,
    order_id: UUID,
    wallet_id: UUID,
    replaces: bytes | None = None,
) -> PurseOrder:
    """Order a person's purse for a wallet, after the PIN; the same again changes nothing.

    Only to this wallet can it be linked. It may replace one that is lost or broken.

    Raises PursesNotOffered, WalletUnknown, WalletClosed, WalletFrozen, PinNeeded, PurseUnknown,
    TooManyPurses or IdUsed.
    """
    issuing_keys(bank)
    person_id, key_id = holder
    now = bank.clock()
    new = PurseOrder(order_id, PurseClass.PERSON, wallet_id, person_id, replaces, now)
    with bank.transaction() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        known = store.order(connection, order_id)
        if known is not None:
            return _same(known, new)
        require_grant(connection, wallet_id, key_id, now)
        if replaces is not None:
            purse_of(connection, person_id, replaces)
        _check_room(connection, wallet_id)
        return _stored(connection, new)


def order_stock(
    bank: Bank, session: StaffSession, order_id: UUID, purse_class: PurseClass
) -> PurseOrder:
    """Order a purse for a drawer: anonymous ones, and those of merchants' tills.

    The same again changes nothing. Raises PursesNotOffered, RoleMissing or IdUsed.
    """
    session.require(Role.OPERATIONS)
    issuing_keys(bank)
    new = PurseOrder(order_id, purse_class, None, session.staff_id, None, bank.clock())
    with bank.transaction() as connection:
        known = store.order(connection, order_id)
        if known is not None:
            return _same(known, new)
        stored = _stored(connection, new)
        details = {"order_id": order_id, "class": purse_class.name.lower()}
        audit.append(bank, connection, session.staff_id, "order-purse", **details)
        return stored


def orders_of(bank: Bank, person_id: UUID, wallet_id: UUID) -> list[PurseOrder]:
    """Return the newest orders for a wallet; raises WalletUnknown."""
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        return store.orders_of_wallet(connection, wallet_id, MOST_SHOWN)


def _stored(connection: Connection, new: PurseOrder) -> PurseOrder:
    if store.insert_order(connection, new):
        return new
    known = store.order(connection, new.id)
    assert known is not None, "orders are never deleted"
    return _same(known, new)


def _same(known: PurseOrder, new: PurseOrder) -> PurseOrder:
    if _content(known) != _content(new):
        raise IdUsed
    return known


def _content(order: PurseOrder) -> tuple[object, ...]:
    return order.purse_class, order.wallet_id, order.ordered_by, order.replaces


def _check_room(connection: Connection, wallet_id: UUID) -> None:
    if store.open_orders(connection, wallet_id) >= MOST_OPEN:
        raise TooManyPurses(MOST_PURSES)
