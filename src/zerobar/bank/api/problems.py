"""Every error leaves as a problem document (RFC 9457), and none says more than it should."""

from __future__ import annotations

import logging
from typing import Final

import psycopg
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.bank.api import chinese
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
from zerobar.client.problems import Problem
from zerobar.database import DatabaseFailure
from zerobar.ledger import LedgerError
from zerobar.serving.problems import (
    AnyRequest,
    ProblemResponse,
    http_problem,
    input_facts,
    is_mistake,
    log_mistake,
    problem_named,
    respond,
)

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
_DOCS: Final = "/docs"
_GONE: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    DatabaseFailure,
    LedgerError,
)
_log = logging.getLogger(__name__)


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
    problem = _problem(status, error.problem, error.what_happened, error.next_step)
    return respond(problem, error.facts, _headers_of(error, status))


def _problem(status: int, name: str, what: str, advice: str) -> Problem:
    return problem_named(status, name, *chinese.told(name, what, advice))


def status_of(kind: type[BankError]) -> int:
    """Return the HTTP status of an error: that of the branch it grows on."""
    return next((STATUS_OF[base] for base in kind.__mro__ if base in STATUS_OF), 500)


def tell_unheard(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Answer to a request that reached no rule: unknown path, wrong method, unreadable input."""
    if is_mistake(error):
        return tell_mistake(request, error)
    problem = http_problem(error.status_code, _DOCS)
    spoken = _problem(problem.status, problem.name, problem.detail, problem.next_step)
    return respond(spoken, input_facts(error), dict(error.headers or {}))


def tell_gone(_: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer while the database or the ledger is away: what became of the request is not known."""
    return _gone(error)


def _gone(error: Exception) -> ProblemResponse:
    _log.warning("the database does not answer: %s", type(error).__name__)
    problem = _problem(
        503,
        Unavailable.problem,
        "The bank's books do not answer just now; what was asked may or may not be done.",
        "Ask for the same again, with the same id.",
    )
    return respond(problem, {}, {"retry-after": str(_ASK_AGAIN_AFTER_S)})


def tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer to a mistake of ours; what it was stands in the log only, and without any data."""
    return _mistake(request.url.path, error)


def _mistake(path: str, error: Exception) -> ProblemResponse:
    log_mistake(path, error)
    problem = _problem(
        500,
        "internal-error",
        "The bank made a mistake; what was asked may or may not be done.",
        "Ask for the same again, with the same id; tell the operator if it stays.",
    )
    return respond(problem, {})


def _headers_of(error: BankError, status: int) -> dict[str, str]:
    if isinstance(error, TooMany):
        return {"retry-after": str(error.retry_after_s)}
    if status == 503:
        return {"retry-after": str(_ASK_AGAIN_AFTER_S)}
    return {"www-authenticate": "Bearer"} if status == 401 else {}


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    BankError: tell_bank_error,
    HTTPException: tell_unheard,
    **dict.fromkeys(_GONE, tell_gone),
    Exception: tell_mistake,
}
"""For Litestar; the nearest class of an error's wins."""
