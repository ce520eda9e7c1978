"""Linking a till's purse to its merchant's wallet, which two of the staff decide together.

Whatever the purse takes in is unloaded to that wallet, and no holder's PIN stands in between: one
clerk alone could have a till that is in use pay into a wallet of a friend's.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletUnknown
from zerobar.bank.people.model import WalletKind
from zerobar.bank.people.wallets import check_open
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import CertificateRefused, PurseTaken, PurseUnknown
from zerobar.bank.purses.linking import link
from zerobar.bank.purses.payees import check_usable
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import LinkPurse
from zerobar.database import Connection
from zerobar.purse.messages import PurseClass

_STAFF: Final = frozenset({Role.OPERATIONS, Role.RISK})


def _check(bank: Bank, proposal: LinkPurse) -> None:
    with bank.connection() as connection:
        _check_both(connection, bytes.fromhex(proposal.purse_id), proposal.wallet_id)


def _link(bank: Bank, approval_id: UUID, proposal: LinkPurse) -> None:
    purse_id = bytes.fromhex(proposal.purse_id)
    with bank.transaction() as connection:
        _check_both(connection, purse_id, proposal.wallet_id)
        link(bank, connection, purse_id, proposal.wallet_id, approval_id)


def _check_both(connection: Connection, purse_id: bytes, wallet_id: UUID) -> None:
    wallet = people.wallet(connection, wallet_id)
    if wallet is None or wallet.kind is not WalletKind.MERCHANT:
        raise WalletUnknown
    check_open(wallet)
    found = store.purse(connection, purse_id)
    if found is None:
        raise PurseUnknown(purse_id)
    if found.purse_class is not PurseClass.MERCHANT:
        raise CertificateRefused("a merchant's wallet takes a merchant's purse")
    if found.wallet_id not in (None, wallet_id):
        raise PurseTaken
    check_usable(found)


LINK_PURSE: Final[Approvable[LinkPurse]] = Approvable(
    frozenset({Role.OPERATIONS}), _STAFF, check=_check, carry_out=_link
)
