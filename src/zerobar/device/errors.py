"""What can go wrong on a device that is not the card's doing.

DeviceError                   every one says what happened and what to do next
+-- OperatorUnreachable       no answer: what was asked may be done, ask the same again
+-- OperatorRefused           the operator said no
+-- TooMuchAtRisk             the queue is full: go online first
+-- TapUnknown                no tap of that id is kept here
"""

from __future__ import annotations

from uuid import UUID

from zerobar.purse.money import Fen


class DeviceError(Exception):
    """Base of all errors of this package; `str()` says what happened.

    Attributes:
        what_happened: a sentence for the person at the device.
        next_step: a sentence on what to do now.
    """

    def __init__(self, what_happened: str, next_step: str) -> None:
        super().__init__(what_happened)
        self.what_happened = what_happened
        self.next_step = next_step


class OperatorUnreachable(DeviceError):
    """The operator gave no answer; it may have done what was asked."""

    def __init__(self) -> None:
        super().__init__(
            "The operator cannot be reached.",
            "Nothing is lost: it is kept here and sent when the network is back.",
        )


class OperatorRefused(DeviceError):
    """The operator refused for good; asking the same again gets the same answer.

    Attributes:
        problem: the stable name of the refusal.
    """

    def __init__(self, problem: str, what_happened: str, next_step: str) -> None:
        super().__init__(what_happened, next_step)
        self.problem = problem


class TooMuchAtRisk(DeviceError):
    """More than this device may take before the operator has seen it."""

    def __init__(self, count: int, amount: Fen) -> None:
        super().__init__(
            f"{count} payments of {amount} wait here for the network, and no more may.",
            "Bring this device online for a moment, then go on.",
        )
        self.count = count
        self.amount = amount


class TapUnknown(DeviceError):
    """No tap of that id is kept here."""

    def __init__(self, tap_id: UUID) -> None:
        super().__init__(
            f"No payment {tap_id} is kept on this device.", "Look for it in the day's list."
        )
