"""What two members of staff do for somebody who comes to their desk.

A new PIN for a holder whom they recognise, and money back for a customer of a merchant that gives
nothing back itself.
"""

from __future__ import annotations

import hmac
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.merchants import order_store
from zerobar.bank.merchants.errors import OrderNotPaid, OrderUnknown
from zerobar.bank.merchants.refunding import NewRefund, refund_by_approval
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import DeviceUnknown, IdentityRefused, WalletUnknown
from zerobar.bank.people.masking import RESIDENT_ID_PURPOSE
from zerobar.bank.people.model import Person
from zerobar.bank.people.staff_reset import permit_reset
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.errors import HolderNotVerified
from zerobar.bank.staff.model import Role
from zerobar.client.authority import PermitNewPin, RefundOrder
from zerobar.database import Connection
from zerobar.purse.money import Fen

_OPERATIONS: Final = frozenset({Role.OPERATIONS})
_EITHER: Final = frozenset({Role.OPERATIONS, Role.RISK})


def _check_holder(bank: Bank, proposal: PermitNewPin) -> None:
    _recognised(bank, proposal)


def _permit(bank: Bank, approval_id: UUID, proposal: PermitNewPin) -> None:
    permit_reset(bank, approval_id, _recognised(bank, proposal), proposal.device_id)


def _recognised(bank: Bank, proposal: PermitNewPin) -> Person:
    """Return the holder, if the document's last characters and the device are the holder's."""
    with bank.connection() as connection:
        person = _holder(connection, proposal.wallet_id)
        key = people.signing_key(connection, proposal.device_id)
    if person.resident_id_sealed is None:
        raise HolderNotVerified
    resident_id = bank.sealer.open(person.resident_id_sealed, RESIDENT_ID_PURPOSE)
    given = proposal.resident_id_end
    if not hmac.compare_digest(resident_id[-len(given) :], given):
        raise IdentityRefused
    if key is None or key.owner_id != person.id or key.revoked_at is not None:
        raise DeviceUnknown
    return person


def _holder(connection: Connection, wallet_id: UUID) -> Person:
    wallet = people.wallet(connection, wallet_id)
    if wallet is None or wallet.person_id is None:
        raise WalletUnknown
    person = people.person(connection, wallet.person_id)
    assert person is not None, "a wallet's holder stays"
    return person


def _check_order(bank: Bank, proposal: RefundOrder) -> None:
    with bank.connection() as connection:
        order = order_store.order(connection, proposal.order_id)
    if order is None:
        raise OrderUnknown
    if order.payment_id is None:
        raise OrderNotPaid


def _refund(bank: Bank, approval_id: UUID, proposal: RefundOrder) -> None:
    amount = Fen(proposal.amount_fen)
    new = NewRefund(proposal.order_id, proposal.number, amount, proposal.reason)
    refund_by_approval(bank, approval_id, new)


NEW_PIN: Final[Approvable[PermitNewPin]] = Approvable(
    _OPERATIONS, _EITHER, check=_check_holder, carry_out=_permit
)
REFUND: Final[Approvable[RefundOrder]] = Approvable(
    _OPERATIONS, _EITHER, check=_check_order, carry_out=_refund
)
