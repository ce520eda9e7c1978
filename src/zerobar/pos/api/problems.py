"""Every error leaves as a problem document (RFC 9457), with its sentence and the next step."""

from __future__ import annotations

from typing import Final

from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.client.errors import BankSaysNo, ClientError
from zerobar.device import DeviceError, OperatorUnreachable
from zerobar.pos.errors import PosError
from zerobar.pos.telling import words_of_bank
from zerobar.reader import CardError, LinkError, Sentence
from zerobar.serving.access import AccessRefused
from zerobar.serving.problems import (
    AnyRequest,
    ProblemResponse,
    is_mistake,
    log_mistake,
    name_of,
    tell,
    tell_http_error,
    tell_spoken,
)

_DOCS: Final = "docs/pos.md"


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


def tell_unheard(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Answer to a request that reached no handler; never repeats what was sent."""
    return tell_mistake(request, error) if is_mistake(error) else tell_http_error(error, _DOCS)


def tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer to a mistake of ours; what it was stands in the log only, and without any data."""
    log_mistake(request.url.path, error)
    what = Sentence("The till's program made a mistake.", zh="收款程序出错。")
    advice = Sentence(
        "Look at the sale before anything else: it may be paid.", zh="请先查看该交易，可能已付款。"
    )
    return tell(500, "internal-error", what, advice)


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    AccessRefused: tell_spoken,
    PosError: tell_spoken,
    CardError: tell_card_error,
    DeviceError: tell_device_error,
    ClientError: tell_client_error,
    HTTPException: tell_unheard,
    Exception: tell_mistake,
}
