"""Every error leaves as a problem document (RFC 9457), and none says more than it should."""

from __future__ import annotations

import logging
from typing import Final

import psycopg
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.client.problems import Problem
from zerobar.database import DatabaseFailure
from zerobar.serving.problems import (
    AnyRequest,
    ProblemResponse,
    is_mistake,
    log_mistake,
    problem_named,
    respond,
    tell_http_error,
)
from zerobar.telecom.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotSignedIn,
    NotThroughTheNetwork,
    Refused,
    TelecomError,
    Unavailable,
)

STATUS_OF: Final[dict[type[TelecomError], int]] = {
    InvalidInput: 400,
    NotSignedIn: 401,
    NotThroughTheNetwork: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 422,
    Unavailable: 503,
}
"""What each branch of the telecom's errors is over HTTP."""

DOCUMENTED: Final = "/docs"
"""How to ask."""

_ASK_AGAIN: Final = {"retry-after": "1"}
_log = logging.getLogger(__name__)


def problem_of(error: TelecomError) -> Problem:
    """Return what a rule said as a problem."""
    status = next((STATUS_OF[base] for base in type(error).__mro__ if base in STATUS_OF), 500)
    return problem_named(status, error.problem, error.what_happened, error.next_step)


def mistake_of(request: AnyRequest, error: Exception) -> Problem:
    """Return what is said of a mistake of ours; what it was stands in the log, without data."""
    log_mistake(request.url.path, error)
    return problem_named(
        500,
        "internal-error",
        "The telecom made a mistake; what was asked may or may not be done.",
        "Ask for the same again, with the same id; tell the operator if it stays.",
    )


def gone(_: Exception) -> Problem:
    """Return what is said while the database is away."""
    return problem_named(
        503,
        Unavailable.problem,
        "The telecom's database does not answer; what was asked may or may not be done.",
        "Ask for the same again, with the same id.",
    )


def _tell_rule(_: AnyRequest, error: TelecomError) -> ProblemResponse:
    return _respond(problem_of(error), error.facts)


def _tell_http(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    if is_mistake(error):
        return _tell_mistake(request, error)
    return tell_http_error(error, DOCUMENTED)


def _tell_gone(_: AnyRequest, error: Exception) -> ProblemResponse:
    _log.warning("the database does not answer: %s", type(error).__name__)
    return _respond(gone(error), {})


def _tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    return _respond(mistake_of(request, error), {})


def _respond(problem: Problem, facts: dict[str, object]) -> ProblemResponse:
    return respond(problem, facts, _ASK_AGAIN if problem.status == 503 else {})


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    TelecomError: _tell_rule,
    HTTPException: _tell_http,
    psycopg.OperationalError: _tell_gone,
    psycopg.InterfaceError: _tell_gone,
    DatabaseFailure: _tell_gone,
    Exception: _tell_mistake,
}
"""For Litestar; the nearest class of an error's wins."""
