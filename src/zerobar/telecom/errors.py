"""What can go wrong at the telecom, by what whoever asked can do about it.

TelecomError
+-- InvalidInput    what was given cannot be right; correct it
+-- NotFound        there is no such line, top-up or plan
+-- Conflict        it contradicts what is already there
+-- Refused         understood, but the rules say no
+-- Unavailable     the bank does not answer; ask the same again
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from zerobar.purse.money import Fen


class TelecomError(Exception):
    """Base of all errors that the telecom tells.

    Attributes:
        problem: a stable name, in words with hyphens; clients decide by it.
        what_happened: one sentence.
        next_step: what to do now, one sentence.
        facts: numbers and names that a program may need.
    """

    problem: ClassVar[str] = "error"

    def __init__(self, what_happened: str, next_step: str, **facts: object) -> None:
        super().__init__(f"{what_happened} {next_step}")
        self.what_happened = what_happened
        self.next_step = next_step
        self.facts = facts


class InvalidInput(TelecomError):
    """What was given cannot be right."""

    problem = "invalid-input"


class NotFound(TelecomError):
    """There is no such thing."""

    problem = "not-found"


class Conflict(TelecomError):
    """It contradicts what is already there."""

    problem = "conflict"


class Refused(TelecomError):
    """The rules say no."""

    problem = "refused"


class Unavailable(TelecomError):
    """The bank does not answer; the outcome is not known."""

    problem = "unavailable"


class BadNumber(InvalidInput):
    """Not a phone number that a line can have."""

    problem = "bad-number"

    def __init__(self) -> None:
        super().__init__(
            "This is not a mobile number.", "Write it in full, as +8613800000001 or 13800000001."
        )


class BadReference(InvalidInput):
    """Eight bytes that name no bill account."""

    problem = "bad-reference"

    def __init__(self) -> None:
        super().__init__(
            "The payment names no bill account.", "Ask the payer which number it was for."
        )


class LineUnknown(NotFound):
    """No line has this number."""

    problem = "line-unknown"

    def __init__(self) -> None:
        super().__init__("No line here has this number.", "Check the number.")


class PlanUnknown(NotFound):
    """No plan has this name."""

    problem = "plan-unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no plan {name!r}.", "Choose one from the list of plans.")


class TopUpUnknown(NotFound):
    """No top-up has this id."""

    problem = "top-up-unknown"

    def __init__(self, top_up_id: UUID) -> None:
        super().__init__(f"There is no top-up {top_up_id}.", "Check the id.")


class LineExists(Conflict):
    """The number belongs to a line already."""

    problem = "line-exists"

    def __init__(self) -> None:
        super().__init__("This number has a line already.", "Choose another number.")


class IdUsed(Conflict):
    """An id that its maker used before, for something else."""

    problem = "id-used"

    def __init__(self) -> None:
        super().__init__(
            "This id was used before, for something else.",
            "Use a new id for a new thing, and the same id only to ask for the same again.",
        )


class LineClosed(Refused):
    """A closed line takes no money."""

    problem = "line-closed"

    def __init__(self) -> None:
        super().__init__(
            "The line is closed for good.", "Open a new line; what was paid is given back."
        )


class OverRefund(Refused):
    """More than is left of a top-up."""

    problem = "over-refund"

    def __init__(self, left: Fen) -> None:
        super().__init__(
            f"Only {left} of this top-up can still be given back.",
            "Give back that much, or less.",
            left_fen=int(left),
        )


class AmountOutOfRange(InvalidInput):
    """Less or more than a top-up can be."""

    problem = "amount-out-of-range"

    def __init__(self, least: Fen, most: Fen) -> None:
        super().__init__(
            f"A top-up is from {least} to {most}.",
            "Choose an amount in between.",
            least_fen=int(least),
            most_fen=int(most),
        )
