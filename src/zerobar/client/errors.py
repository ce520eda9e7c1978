"""What can go wrong when the bank is asked.

ClientError
+-- Unreachable      no answer came: whether it was done is not known; ask the same again
+-- NotUnderstood    what answered does not speak as the bank does
+-- BankSaysNo       the bank's own word, with its problem, next step and facts
    +-- InvalidInput    400: what was given cannot be right
    +-- NotSignedIn     401: nobody, or nobody known, asks
    +-- NotAllowed      403: known, but not allowed to
    +-- NotFound        404: there is no such thing, or not for whoever asks
    +-- Conflict        409: it contradicts what is already there
    +-- Refused         422: understood and allowed, but the rules say no
    +-- TooMany         429: asked too often; wait
    +-- Unavailable     503: something the bank needs does not answer; ask the same again
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from zerobar.client.problems import TYPE_PREFIX, Problem, facts_of
from zerobar.reader import Sentence


class ClientError(Exception):
    """Base of all errors of asking the bank."""


class Unreachable(ClientError):
    """No answer came in time, however often it was asked."""

    def __init__(self, base_url: str) -> None:
        super().__init__(
            f"The bank at {base_url} does not answer. Whether it was done is not known;"
            " ask the same again later, with the same id."
        )


class NotUnderstood(ClientError):
    """What answered does not speak as the bank does."""

    def __init__(self, base_url: str, status: int) -> None:
        super().__init__(
            f"What answers at {base_url} (status {status}) is not this bank. Check the address."
        )
        self.status = status


class BankSaysNo(ClientError):
    """The bank's own word.

    Attributes:
        problem: its stable name, such as `insufficient-balance`; decide by it.
        status: of HTTP.
        what_happened: one sentence, which knows its Chinese form if the bank told it.
        next_step: the same.
        facts: what a program may need, such as `tries_left`.
        in_doubt: an earlier attempt got no answer, and may be done all the same.
    """

    in_doubt = False

    def __init__(self, problem: Problem, facts: dict[str, Any]) -> None:
        super().__init__(f"{problem.detail} {problem.next_step}")
        self.problem = problem.name
        self.status = problem.status
        self.what_happened = _said(problem.detail, problem.detail_zh)
        self.next_step = _said(problem.next_step, problem.next_step_zh)
        self.facts = facts


class InvalidInput(BankSaysNo):
    """What was given cannot be right."""


class NotSignedIn(BankSaysNo):
    """Nobody, or nobody known, asks."""


class NotAllowed(BankSaysNo):
    """Whoever asks is known, but not allowed to."""


class NotFound(BankSaysNo):
    """There is no such thing, or not for whoever asks."""


class Conflict(BankSaysNo):
    """It contradicts what is already there."""


class Refused(BankSaysNo):
    """The rules say no."""


class TooMany(BankSaysNo):
    """Asked too often."""

    @property
    def retry_after_s(self) -> int:
        """How long to wait."""
        return int(self.facts.get("retry_after_s", 1))


class Unavailable(BankSaysNo):
    """Something the bank needs does not answer, or it made a mistake; ask the same again."""


def _said(english: str, chinese: str | None) -> str:
    return english if chinese is None else Sentence(english, zh=chinese)


_BY_STATUS: Final[dict[int, type[BankSaysNo]]] = {
    400: InvalidInput,
    401: NotSignedIn,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: TooMany,
    503: Unavailable,
}


def error_from(base_url: str, status: int, body: bytes) -> ClientError:
    """Return the error that an answer tells."""
    try:
        problem = msgspec.json.decode(body, type=Problem)
        facts = facts_of(msgspec.json.decode(body))
    except msgspec.MsgspecError:
        return NotUnderstood(base_url, status)
    if not problem.type.startswith(TYPE_PREFIX):
        return NotUnderstood(base_url, status)
    # A mistake of the bank's leaves open whether it was done: to be asked again, as 503 is.
    fallback = Unavailable if status >= 500 else BankSaysNo
    return _BY_STATUS.get(status, fallback)(problem, facts)
