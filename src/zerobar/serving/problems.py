"""Errors leave as problem documents (RFC 9457), with what happened and the next step.

`detail_zh` and `next_step_zh` are there where the sentences know Chinese.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Protocol

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX, Problem, document_of
from zerobar.reader import Sentence

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")
_NAMES: Final = {
    400: "invalid-input",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "media-type",
    429: "too-many",
}
_NEXT_STEPS: Final = {
    404: "Check the path and the id.",
    405: "Use one of the methods that the Allow header names.",
    413: "Send less at once.",
}
_OF_INPUT: Final = ("key", "source", "message")
_log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]
ProblemResponse = Response[bytes]


class SpokenError(Protocol):
    """An error that knows how it is told: its name, its status and its sentences."""

    @property
    def problem(self) -> str:
        """Its stable name."""

    @property
    def status(self) -> int:
        """Over HTTP."""

    @property
    def what_happened(self) -> str:
        """A sentence."""

    @property
    def next_step(self) -> str:
        """A sentence."""


def tell_spoken(_: AnyRequest, error: SpokenError) -> ProblemResponse:
    """Answer with what a program's own error says."""
    return tell(error.status, error.problem, error.what_happened, error.next_step)


def tell(
    status: int, name: str, what: str, advice: str, facts: Mapping[str, object] | None = None
) -> ProblemResponse:
    """Answer with a problem, in Chinese too if its sentences are.

    Args:
        name: the problem's stable name.
        facts: further members.
    """
    return respond(problem_named(status, name, what, advice), dict(facts or {}))


def problem_named(status: int, name: str, what: str, advice: str) -> Problem:
    """Return a problem whose title is its name; in Chinese too if its sentences are."""
    return Problem(
        type=TYPE_PREFIX + name,
        title=name.replace("-", " ").capitalize(),
        status=status,
        detail=str(what),
        next_step=str(advice),
        detail_zh=_chinese(what),
        next_step_zh=_chinese(advice),
    )


def respond(
    problem: Problem, facts: dict[str, object], headers: dict[str, str] | None = None
) -> ProblemResponse:
    """Return a problem as a response."""
    body = msgspec.json.encode(document_of(problem, facts), enc_hook=str)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers or {})


def http_problem(status: int, where: str) -> Problem:
    """Return what is wrong with a request that reached no rule.

    Args:
        where: how to ask is documented.
    """
    phrase = HTTPStatus(status).phrase
    return Problem(
        type=TYPE_PREFIX + (_NAMES.get(status) or phrase.lower().replace(" ", "-")),
        title=phrase.capitalize(),
        status=status,
        detail=f"The request cannot be taken: {phrase.lower()}.",
        next_step=_NEXT_STEPS.get(status, f"Correct the request as documented in {where}."),
    )


def input_facts(error: HTTPException) -> dict[str, object]:
    """Return where the input is wrong and what was expected; never what was sent."""
    if not isinstance(error.extra, list):
        return {}
    return {"errors": [{n: each[n] for n in _OF_INPUT if n in each} for each in error.extra]}


def tell_http_error(error: HTTPException, where: str) -> ProblemResponse:
    """Answer to a request that reached no rule: unknown path, wrong method, unreadable input."""
    headers = dict(error.headers or {})
    return respond(http_problem(error.status_code, where), input_facts(error), headers)


def is_mistake(error: HTTPException) -> bool:
    """Whether it is our mistake rather than the request's."""
    return error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR


def log_mistake(path: str, error: Exception) -> None:
    """Write where a mistake of ours was made."""
    # An error's own words may repeat what was sent, so the log has the places but not the words.
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in %s\n%s", type(error).__name__, path, places)


def name_of(error: Exception) -> str:
    """Return the stable name of an error: its class's, in small letters with hyphens."""
    return _WORD.sub("-", type(error).__name__).lower()


def _chinese(text: str) -> str | None:
    return text.zh if isinstance(text, Sentence) else None
