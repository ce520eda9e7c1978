"""Every error leaves as a problem document (RFC 9457), with its sentence and the next step.

`detail_zh` and `next_step_zh` are there where the error knows Chinese.
"""

from __future__ import annotations

import logging
import re
import traceback
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.client.problems import MEDIA_TYPE, TYPE_PREFIX, Problem, document_of
from zerobar.device import DeviceError, OperatorUnreachable
from zerobar.pos.errors import PosError
from zerobar.pos.telling import words_of_bank
from zerobar.reader import CardError, LinkError, Sentence

_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")
_NAMES: Final = {400: "invalid-input", 404: "not-found", 405: "method-not-allowed"}
_log = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]
ProblemResponse = Response[bytes]


def tell_pos_error(_: AnyRequest, error: PosError) -> ProblemResponse:
    """Answer with what the till said."""
    return tell(error.status, error.problem, error.what_happened, error.next_step)


def tell_card_error(_: AnyRequest, error: CardError) -> ProblemResponse:
    """Answer with what a card, or the way to it, said."""
    status = 503 if isinstance(error, LinkError) else 422
    return tell(status, name_of(error), error.what_happened, error.next_step)


def tell_device_error(_: AnyRequest, error: DeviceError) -> ProblemResponse:
    """Answer with what the rules of the till's purse and queue said."""
    status = 503 if isinstance(error, OperatorUnreachable) else 409
    return tell(status, name_of(error), error.what_happened, error.next_step)


def tell_client_error(_: AnyRequest, error: ClientError) -> ProblemResponse:
    """Answer with what the bank said, or that it said nothing."""
    words = words_of_bank(error)
    if isinstance(error, BankSaysNo):
        return tell(error.status, error.problem, words.what_happened, words.next_step)
    return tell(503, "bank-unreachable", words.what_happened, words.next_step)


def tell_http_error(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Answer to a request that reached no handler; never repeats what was sent."""
    if error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return tell_mistake(request, error)
    phrase = HTTPStatus(error.status_code).phrase
    name = _NAMES.get(error.status_code) or phrase.lower().replace(" ", "-")
    what = f"The request cannot be taken: {phrase.lower()}."
    return tell(error.status_code, name, what, "Correct the request as docs/pos.md has it.")


def tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer to a mistake of ours; what it was stands in the log only, and without any data."""
    places = "".join(traceback.format_tb(error.__traceback__))
    _log.error("%s in %s\n%s", type(error).__name__, request.url.path, places)
    what = Sentence("The till's program made a mistake.", zh="收款程序出错。")
    advice = Sentence(
        "Look at the sale before anything else: it may be paid.", zh="请先查看该交易，可能已付款。"
    )
    return tell(500, "internal-error", what, advice)


def tell(status: int, name: str, what: str, advice: str) -> ProblemResponse:
    """Return a problem as a response."""
    problem = Problem(
        type=TYPE_PREFIX + name,
        title=name.replace("-", " ").capitalize(),
        status=status,
        detail=str(what),
        next_step=str(advice),
    )
    body = msgspec.json.encode(document_of(problem, _chinese(what, advice)))
    return Response(body, status_code=status, media_type=MEDIA_TYPE)


def name_of(error: Exception) -> str:
    """Return the stable name of an error: its class's, in small letters with hyphens."""
    return _WORD.sub("-", type(error).__name__).lower()


def _chinese(what: str, advice: str) -> dict[str, object]:
    told = {"detail_zh": what, "next_step_zh": advice}
    return {name: text.zh for name, text in told.items() if isinstance(text, Sentence)}


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    PosError: tell_pos_error,
    CardError: tell_card_error,
    DeviceError: tell_device_error,
    ClientError: tell_client_error,
    HTTPException: tell_http_error,
    Exception: tell_mistake,
}
