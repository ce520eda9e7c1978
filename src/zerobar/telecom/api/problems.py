"""Every error leaves as a problem document (RFC 9457), and none says more than it should."""

from __future__ import annotations

import logging
import traceback
from http import HTTPStatus
from typing import Any, Final

import msgspec
import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX, Problem, document_of
from zerobar.database import DatabaseFailure
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

_NAMES: Final = {400: "invalid-input", 404: "not-found", 405: "method-not-allowed"}
_log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]


def problem_of(error: TelecomError) -> Problem:
    """Return what a rule said as a problem."""
    return Problem(
        type=TYPE_PREFIX + error.problem,
        title=error.problem.replace("-", " ").capitalize(),
        status=next((STATUS_OF[base] for base in type(error).__mro__ if base in STATUS_OF), 500),
        detail=error.what_happened,
        next_step=error.next_step,
    )


def http_problem(error: HTTPException) -> Problem:
    """Return what is wrong with a request that reached no rule."""
    phrase = HTTPStatus(error.status_code).phrase
    name = _NAMES.get(error.status_code) or phrase.lower().replace(" ", "-")
    return Problem(
        type=TYPE_PREFIX + name,
        title=phrase.capitalize(),
        status=error.status_code,
        detail=f"The request cannot be taken: {phrase.lower()}.",
        next_step="Correct the request as documented in /docs.",
    )


def mistake_of(request: AnyRequest, error: Exception) -> Problem:
    """Return what is said of a mistake of ours; what it was stands in the log, without data."""
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in %s\n%s", type(error).__name__, request.url.path, places)
    return Problem(
        type=f"{TYPE_PREFIX}internal-error",
        title="Internal error",
        status=500,
        detail="The telecom made a mistake; what was asked may or may not be done.",
        next_step="Ask for the same again, with the same id; tell the operator if it stays.",
    )


def gone(_: Exception) -> Problem:
    """Return what is said while the database is away."""
    return Problem(
        type=f"{TYPE_PREFIX}{Unavailable.problem}",
        title="Unavailable",
        status=503,
        detail="The telecom's database does not answer; what was asked may or may not be done.",
        next_step="Ask for the same again, with the same id.",
    )


def _tell_rule(_: AnyRequest, error: TelecomError) -> Response[bytes]:
    return _respond(problem_of(error), error.facts)


def _tell_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _tell_mistake(request, error)
    facts: dict[str, object] = {}
    if isinstance(error.extra, list):
        facts["errors"] = [_input_error(each) for each in error.extra]
    return _respond(http_problem(error), facts)


def _tell_gone(_: AnyRequest, error: Exception) -> Response[bytes]:
    _log.warning("the database does not answer: %s", type(error).__name__)
    return _respond(gone(error), {})


def _tell_mistake(request: AnyRequest, error: Exception) -> Response[bytes]:
    return _respond(mistake_of(request, error), {})


def _respond(problem: Problem, facts: dict[str, object]) -> Response[bytes]:
    body = msgspec.json.encode(document_of(problem, facts), enc_hook=str)
    headers = {"retry-after": "1"} if problem.status == 503 else {}
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _input_error(found: object) -> dict[str, object]:
    """Return where the input is wrong and what was expected; never what was sent."""
    assert isinstance(found, dict)
    return {name: found[name] for name in ("key", "source", "message") if name in found}


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    TelecomError: _tell_rule,
    HTTPException: _tell_http,
    psycopg.OperationalError: _tell_gone,
    psycopg.InterfaceError: _tell_gone,
    DatabaseFailure: _tell_gone,
    Exception: _tell_mistake,
}
"""For Litestar; the nearest class of an error's wins."""
