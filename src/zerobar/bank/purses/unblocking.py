"""A new PIN for a purse: two of the bank's staff agree, then its holder chooses it.

Staff see who asks, in person or on the phone; they never see a PIN. What they approve is one
number, above all that this purse was given before: the card takes one message with it. The holder's
device sends the new PIN within a day, over TLS, after the wallet's own PIN; it is signed into the
message for the card and kept nowhere, here or in a log.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import (
    AnonymousHasNoWallet,
    CounterExhausted,
    NoUnblockApproved,
    PurseClosed,
    PurseUnknown,
)
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.linking import granted_purse
from zerobar.bank.purses.model import EventKind, Holder, PurseStatus
from zerobar.bank.purses.payees import check_usable
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import UnblockPurse
from zerobar.database import Connection
from zerobar.purse.messages import Unblock

VALID_FOR: Final = timedelta(hours=24)
_LAST_COUNTER: Final = 0xFFFF
_STAFF: Final = frozenset({Role.OPERATIONS, Role.RISK})


def new_pin(bank: Bank, holder: Holder, purse_id: bytes, pin: str) -> Unblock:
    """Return the message that sets a PIN of 4 to 8 digits, if that was approved today.

    It may be fetched again, also with another PIN; the card takes the first that reaches it.

    Raises PursesNotOffered, PurseUnknown, PinNeeded, PurseBlocked, PurseClosed or
    NoUnblockApproved.
    """
    assert 4 <= len(pin) <= 8 and pin.isascii() and pin.isdigit()
    operator = issuing_keys(bank).operator
    with bank.transaction() as connection:
        check_usable(granted_purse(bank, connection, holder, purse_id))
        row = connection.execute(
            "SELECT counter FROM bank.purse_unblock WHERE purse_id = %s AND expires_at > %s"
            " ORDER BY counter DESC LIMIT 1",
            (purse_id, bank.clock()),
        ).fetchone()
        if row is None:
            raise NoUnblockApproved
        event = bank.new_id(), EventKind.UNBLOCKED, holder.person_id
        store.insert_event(connection, purse_id, event, bank.clock())
    return operator.unblock(purse_id, row[0], pin)


def _check(bank: Bank, proposal: UnblockPurse) -> None:
    issuing_keys(bank)
    purse_id = bytes.fromhex(proposal.purse_id)
    with bank.connection() as connection:
        _check_purse(connection, purse_id)


def _allow(bank: Bank, approval_id: UUID, proposal: UnblockPurse) -> None:
    purse_id = bytes.fromhex(proposal.purse_id)
    with bank.transaction() as connection:
        _check_purse(connection, purse_id)
        _allow_next(bank, connection, purse_id, approval_id)


def _check_purse(connection: Connection, purse_id: bytes) -> None:
    found = store.locked_purse(connection, purse_id)
    if found is None:
        raise PurseUnknown(purse_id)
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(purse_id)
    if found.wallet_id is None:
        raise AnonymousHasNoWallet


def _allow_next(bank: Bank, connection: Connection, purse_id: bytes, approval_id: UUID) -> None:
    """Give the purse its next number, once for an approval; its row is locked."""
    row = connection.execute(
        "SELECT coalesce(max(counter), 0) FROM bank.purse_unblock WHERE purse_id = %s",
        (purse_id,),
    ).fetchone()
    assert row is not None
    if row[0] >= _LAST_COUNTER:
        raise CounterExhausted
    connection.execute(
        "INSERT INTO bank.purse_unblock (purse_id, counter, approval_id, expires_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT (purse_id, approval_id) DO NOTHING",
        (purse_id, row[0] + 1, approval_id, bank.clock() + VALID_FOR),
    )


UNBLOCK_PURSE: Final[Approvable[UnblockPurse]] = Approvable(
    _STAFF, _STAFF, check=_check, carry_out=_allow
)
