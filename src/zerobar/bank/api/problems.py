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

from zerobar.bank.errors import (
    BankError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
)
from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX, Problem, document_of
from zerobar.database import DatabaseFailure
from zerobar.ledger import LedgerError

STATUS_OF: Final[dict[type[BankError], int]] = {
    InvalidInput: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Refused: 422,
    TooMany: 429,
    Unavailable: 503,
}
"""What each branch of the bank's errors is over HTTP."""

_ASK_AGAIN_AFTER_S: Final = 1
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
_GONE: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    DatabaseFailure,
    LedgerError,
)
_log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]
ProblemResponse = Response[bytes]


def tell(path: str, error: Exception) -> ProblemResponse:
    """Answer to an error outside of Litestar just as inside of it.

    Args:
        path: of the request, for the log.
        error: what a rule raised, or something unforeseen.
    """
    if isinstance(error, BankError):
        return _bank_error(error)
    if isinstance(error, _GONE):
        return _gone(error)
    return _mistake(path, error)


def tell_bank_error(_: AnyRequest, error: BankError) -> ProblemResponse:
    """Answer with what a rule said."""
    return _bank_error(error)


def _bank_error(error: BankError) -> ProblemResponse:
    status = status_of(type(error))
    problem = Problem(
        type=TYPE_PREFIX + error.problem,
        title=error.problem.replace("-", " ").capitalize(),
        status=status,
        detail=error.what_happened,
        next_step=error.next_step,
    )
    return respond(problem, error.facts, _headers_of(error, status))


def status_of(kind: type[BankError]) -> int:
    """Return the HTTP status of an error: that of the branch it grows on."""
    return next((STATUS_OF[base] for base in kind.__mro__ if base in STATUS_OF), 500)


def tell_http_error(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Answer to a request that reached no rule: unknown path, wrong method, unreadable input."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return tell_mistake(request, error)
    facts: dict[str, object] = {}
    if isinstance(error.extra, list):
        facts["errors"] = [_input_error(each) for each in error.extra]
    return respond(_http_problem(error.status_code), facts, dict(error.headers or {}))


def tell_gone(_: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer while the database or the ledger is away: what became of the request is not known."""
    return _gone(error)


def _gone(error: Exception) -> ProblemResponse:
    _log.warning("the database does not answer: %s", type(error).__name__)
    problem = Problem(
        type=f"{TYPE_PREFIX}{Unavailable.problem}",
        title="Unavailable",
        status=503,
        detail="The bank's books do not answer just now; what was asked may or may not be done.",
        next_step="Ask for the same again, with the same id.",
    )
    return respond(problem, {}, {"retry-after": str(_ASK_AGAIN_AFTER_S)})


def tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer to a mistake of ours; what it was stands in the log only, and without any data."""
    return _mistake(request.url.path, error)


def _mistake(path: str, error: Exception) -> ProblemResponse:
    # An error's own words may repeat what was sent, so the log has the places but not the words.
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in %s\n%s", type(error).__name__, path, places)
    problem = Problem(
        type=f"{TYPE_PREFIX}internal-error",
        title="Internal error",
        status=500,
        detail="The bank made a mistake; what was asked may or may not be done.",
        next_step="Ask for the same again, with the same id; tell the operator if it stays.",
    )
    return respond(problem, {}, {})


def respond(problem: Problem, facts: dict[str, object], headers: dict[str, str]) -> ProblemResponse:
    """Return a problem as a response."""
    body = msgspec.json.encode(document_of(problem, facts), enc_hook=str)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _headers_of(error: BankError, status: int) -> dict[str, str]:
    if isinstance(error, TooMany):
        return {"retry-after": str(error.retry_after_s)}
    if status == 503:
        return {"retry-after": str(_ASK_AGAIN_AFTER_S)}
    return {"www-authenticate": "Bearer"} if status == 401 else {}


def _http_problem(status: int) -> Problem:
    phrase = HTTPStatus(status).phrase
    name = _NAMES.get(status) or phrase.lower().replace(" ", "-")
    return Problem(
        type=TYPE_PREFIX + name,
        title=phrase.capitalize(),
        status=status,
        detail=f"The request cannot be taken: {phrase.lower()}.",
        next_step=_NEXT_STEPS.get(status, "Correct the request as documented in /docs."),
    )


def _input_error(found: object) -> dict[str, object]:
    """Return where the input is wrong and what was expected; never what was sent."""
    assert isinstance(found, dict)
    return {name: found[name] for name in ("key", "source", "message") if name in found}


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    BankError: tell_bank_error,
    HTTPException: tell_http_error,
    **dict.fromkeys(_GONE, tell_gone),
    Exception: tell_mistake,
}
"""For Litestar; the nearest class of an error's wins."""
