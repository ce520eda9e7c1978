"""What a command of the model is: checks in order, then at most one write and one answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tests.model.purse import Purse, Ram, Write
from tests.model.rules import Rules
from tests.model.scope import Scope
from tests.model.terms import Message
from zerobar.purse.status import Refusal, Status

RESERVED_SLOTS = 2


class Plan(NamedTuple):
    """What a command would do with all the power it needs; `tearing` takes the power away."""

    write: Write | None = None
    answer: Message | None = None
    ram: Ram | None = None
    status: int = Status.OK


@dataclass(frozen=True)
class Card:
    """What all purses of a world share: sizes and limits, and the rules they keep."""

    scope: Scope
    rules: Rules

    def window(self, purse: Purse) -> int:
        """Return the window's bits; bit i stands for request `number` - i."""
        return purse.window(self.scope.window)

    def bit(self, purse: Purse, number: int) -> int:
        """Return the bit of a request number, 0 outside the window."""
        distance = purse.number - number
        return 1 << distance if 0 <= distance < self.scope.window else 0

    def log_full(self, purse: Purse) -> bool:
        """Whether only the slots kept for UNLOAD and UNDO are left."""
        return purse.free <= RESERVED_SLOTS

    def expired(self, purse: Purse, grace: int = 0) -> bool:
        """Whether every certificate has expired by what this purse knows of the time."""
        return purse.sync.floor > self.scope.last_day + grace


def refuse_if(refused: bool, status: Status) -> None:
    """Raise Refusal with this status word if the condition holds."""
    if refused:
        raise Refusal(status)
