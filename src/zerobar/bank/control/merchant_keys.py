"""What lets somebody act in a merchant's name, which two of the staff decide together.

The key of the merchant's program, the first one too, and a till that staff add: either could give
the merchant's money back to a friend. A merchant whose program has a key needs no staff for both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, shops
from zerobar.bank.merchants.errors import KeyWrong
from zerobar.bank.merchants.model import EventKind
from zerobar.bank.merchants.sellers import check_public_key, require_merchant, require_open_shop
from zerobar.bank.merchants.server_keys import NewServerKey, give_server_key
from zerobar.bank.staff import approval_store
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import AddTill, GiveServerKey
from zerobar.client.enrolment import read_64
from zerobar.database import Connection

_OPERATIONS: Final = frozenset({Role.OPERATIONS})
_EITHER: Final = frozenset({Role.OPERATIONS, Role.RISK})


def _check_key(bank: Bank, proposal: GiveServerKey) -> None:
    _public_key(proposal)
    with bank.connection() as connection:
        require_merchant(connection, proposal.merchant_id)


def _give_key(bank: Bank, approval_id: UUID, proposal: GiveServerKey) -> None:
    new = NewServerKey(approval_id, _public_key(proposal))
    give_server_key(bank, proposal.merchant_id, new, _proposed_at(bank, approval_id))


def _public_key(proposal: GiveServerKey) -> bytes:
    public_key = read_64(proposal.server_key)
    if public_key is None:
        raise KeyWrong
    check_public_key(public_key)
    return public_key


def _proposed_at(bank: Bank, approval_id: UUID) -> datetime:
    with bank.connection() as connection:
        approval = approval_store.approval(connection, approval_id)
    assert approval is not None, "what is carried out was proposed"
    return approval.proposed_at


def _check_till(bank: Bank, proposal: AddTill) -> None:
    with bank.connection() as connection:
        require_open_shop(connection, proposal.merchant_id, proposal.shop_id)


def _add_till(bank: Bank, approval_id: UUID, proposal: AddTill) -> None:
    def tell_merchant(connection: Connection) -> None:
        kind, now = EventKind.TERMINAL_ADDED, bank.clock()
        event_store.insert_event(connection, proposal.merchant_id, kind, approval_id, now)

    place = proposal.shop_id, proposal.label
    shops.add_terminal_to(bank, proposal.merchant_id, approval_id, place, tell_merchant)


GIVE_SERVER_KEY: Final[Approvable[GiveServerKey]] = Approvable(
    _OPERATIONS, _EITHER, check=_check_key, carry_out=_give_key
)
ADD_TILL: Final[Approvable[AddTill]] = Approvable(
    _OPERATIONS, _EITHER, check=_check_till, carry_out=_add_till
)
