"""What can go wrong at the bank, by what whoever asked can do about it.

BankError
+-- InvalidInput    what was given cannot be right; correct it
+-- NotSignedIn     nobody, or nobody known, asks
+-- NotAllowed      known, but not allowed to
+-- NotFound        there is no such thing, or not for whoever asks
+-- Conflict        it contradicts what is already there
+-- Refused         understood and allowed, but the rules say no
+-- TooMany         asked too often; wait
+-- Unavailable     something the bank needs does not answer; ask the same again

Every area derives its own from these, each with a stable `problem`.
"""

from __future__ import annotations

from typing import ClassVar


class BankError(Exception):
    """Base of all errors that the bank tells.

    Attributes:
        problem: a stable name, in words with hyphens; clients decide by it.
        what_happened: one sentence.
        next_step: what to do now, one sentence.
        facts: numbers and names that a program may need, as `tries_left`; nothing secret.
    """

    problem: ClassVar[str] = "error"

    def __init__(self, what_happened: str, next_step: str, **facts: object) -> None:
        super().__init__(f"{what_happened} {next_step}")
        self.what_happened = what_happened
        self.next_step = next_step
        self.facts = facts


class InvalidInput(BankError):
    """What was given cannot be right."""

    problem = "invalid-input"


class NotSignedIn(BankError):
    """Nobody, or nobody known, asks."""

    problem = "not-signed-in"


class NotAllowed(BankError):
    """Whoever asks is known, but not allowed to."""

    problem = "not-allowed"


class NotFound(BankError):
    """There is no such thing, or not for whoever asks."""

    problem = "not-found"


class Conflict(BankError):
    """It contradicts what is already there."""

    problem = "conflict"


class Refused(BankError):
    """The rules say no."""

    problem = "refused"


class TooMany(BankError):
    """Asked too often.

    Attributes:
        retry_after_s: how long to wait.
    """

    problem = "too-many"

    def __init__(self, what_happened: str, next_step: str, retry_after_s: int) -> None:
        super().__init__(what_happened, next_step, retry_after_s=retry_after_s)
        self.retry_after_s = retry_after_s


class Unavailable(BankError):
    """Something the bank needs does not answer; the outcome is not known."""

    problem = "unavailable"


class IdUsed(Conflict):
    """An id that its maker used before, for something else."""

    problem = "id-used"

    def __init__(self) -> None:
        super().__init__(
            "This id was used before, for something else.",
            "Use a new id for a new thing, and the same id only to ask for the same again.",
        )
