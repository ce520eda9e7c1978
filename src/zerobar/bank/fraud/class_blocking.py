"""The switch for when a whole class of purses can be trusted no more: two people throw it.

Every payee that hears of it takes nothing more from such purses; what they paid before still
counts, and they may always unload.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.fraud import blocklist
from zerobar.bank.staff.approvable import Approvable
from zerobar.bank.staff.model import Role
from zerobar.client.authority import BlockClass
from zerobar.purse.messages import PurseClass, class_block_id

_RISK: Final = frozenset({Role.RISK})


def _check(_: Bank, proposal: BlockClass) -> None:
    assert PurseClass(proposal.purse_class), "the shape lets through only classes that pay"


def _block(bank: Bank, _: UUID, proposal: BlockClass) -> None:
    with bank.transaction() as connection:
        blocked = class_block_id(PurseClass(proposal.purse_class))
        blocklist.add(connection, [blocked], bank.clock())


BLOCK_CLASS: Final[Approvable[BlockClass]] = Approvable(
    _RISK, _RISK, check=_check, carry_out=_block
)
