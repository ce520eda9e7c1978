"""Acknowledging a purse again that took a cheat's money and would not hear of it.

Such a purse is acknowledged no more: it, or the terminal that speaks for it, has claimed a
blocklist that its log belies. Its holder can neither unload nor end it. When the card was looked
at, two of the risk officers let all that it has credited so far count as taken in good faith; what
it takes of that cheat from then on does not.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import PurseUnknown
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import AcknowledgePurse

_RISK: Final = frozenset({Role.RISK})
_RELEASE: Final = """
    INSERT INTO bank.taint_release (purse_id, approval_id, entry, released_at)
    SELECT purse_id, %s, entry, %s FROM bank.purse_head WHERE purse_id = %s
    ON CONFLICT DO NOTHING
"""


def _check(bank: Bank, proposal: AcknowledgePurse) -> None:
    with bank.connection() as connection:
        purse_id = bytes.fromhex(proposal.purse_id)
        if store.purse(connection, purse_id) is None:
            raise PurseUnknown(purse_id)


def _release(bank: Bank, approval_id: UUID, proposal: AcknowledgePurse) -> None:
    with bank.connection() as connection:
        released = approval_id, bank.clock(), bytes.fromhex(proposal.purse_id)
        connection.execute(_RELEASE, released)


ACKNOWLEDGE_PURSE: Final[Approvable[AcknowledgePurse]] = Approvable(
    _RISK, _RISK, check=_check, carry_out=_release
)
