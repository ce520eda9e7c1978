"""Letting a voucher's money go that is held back because its purse was proved to cheat.

Two of the risk officers decide it, for one voucher at a time: an unload of such a purse, or what
comes back to its holder. It is due from then on, and decided like any other.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.settlement.life import life_of
from zerobar.bank.settlement.model import Waiting
from zerobar.bank.settlement.posting import post_due, wake
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import ReleaseVoucher

_RISK: Final = frozenset({Role.RISK})
_HELD: Final = (Waiting.PAYER_FLAGGED, Waiting.TAINTED, Waiting.UNPROVED)


def _check(bank: Bank, proposal: ReleaseVoucher) -> None:
    life_of(bank, bytes.fromhex(proposal.payer_id), proposal.entry)


def _release(bank: Bank, approval_id: UUID, proposal: ReleaseVoucher) -> None:
    payer_id = bytes.fromhex(proposal.payer_id)
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.voucher_release (payer_id, entry, approval_id, released_at)"
            " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (payer_id, proposal.entry, approval_id, bank.clock()),
        )
        wake(connection, _HELD, [payer_id])
    post_due(bank, [payer_id])


RELEASE_VOUCHER: Final[Approvable[ReleaseVoucher]] = Approvable(
    _RISK, _RISK, check=_check, carry_out=_release
)
