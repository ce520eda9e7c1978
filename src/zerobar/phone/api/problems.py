"""Every error leaves as a problem document (RFC 9457), with its sentence and the next step.

A `finality` is there where money may have moved.
"""

from __future__ import annotations

from typing import Final

from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from zerobar.client.errors import BankSaysNo, ClientError, Unavailable, Unreachable
from zerobar.client.outbox import OtherContent
from zerobar.codes.customer import CodeMalformed
from zerobar.codes.emvco import CodeError
from zerobar.codes.scanned import UnknownCode
from zerobar.codes.vouchers import VoucherCodeError
from zerobar.device import DeviceError, OperatorRefused, OperatorUnreachable, TapUnknown
from zerobar.phone.errors import PhoneError
from zerobar.phone.finality import Finality
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

_DOCS: Final = "docs/phone.md"
_MAY_BE_DONE: Final = {"finality": Finality.UNKNOWN.value}
_UNREACHABLE: Final = Sentence(
    "The bank does not answer. What was asked may be done, once at most.",
    zh="银行无应答，所请求的操作可能已完成，但最多一次。",
)
_ASK_AGAIN: Final = Sentence(
    "Ask the same again, with the same id; it is kept here.",
    zh="请用同一编号重试；本机已保存。",
)


def tell_card_error(_: AnyRequest, error: CardError) -> ProblemResponse:
    """Answer with what a card, or the way to it, said; the purse's refusal moves nothing."""
    status = 503 if isinstance(error, LinkError) else 422
    return tell(status, name_of(error), error.what_happened, error.next_step)


def tell_device_error(_: AnyRequest, error: DeviceError) -> ProblemResponse:
    """Answer with what the rules said, or the operator through them."""
    what, advice = error.what_happened, error.next_step
    if isinstance(error, OperatorUnreachable):
        problem = getattr(error, "problem", "") or "operator-unreachable"
        return tell(503, problem, what, advice, _MAY_BE_DONE)
    if isinstance(error, OperatorRefused):
        return tell(422, error.problem, what, advice)
    return tell(404 if isinstance(error, TapUnknown) else 409, name_of(error), what, advice)


def tell_client_error(_: AnyRequest, error: ClientError) -> ProblemResponse:
    """Answer with what the bank said, or that it said nothing."""
    if isinstance(error, Unreachable):
        return tell(503, "operator-unreachable", _UNREACHABLE, _ASK_AGAIN, _MAY_BE_DONE)
    if not isinstance(error, BankSaysNo):
        return tell(503, "not-the-bank", str(error), str(_ASK_AGAIN), _MAY_BE_DONE)
    is_open = error.in_doubt or isinstance(error, Unavailable)
    facts = error.facts | (_MAY_BE_DONE if is_open else {})
    return tell(error.status, error.problem, error.what_happened, error.next_step, facts)


def tell_used_id(_: AnyRequest, error: OtherContent) -> ProblemResponse:
    """Answer that an id was used for something else."""
    return tell(409, "id-used", str(error), "Make a new id.")


def tell_unreadable(_: AnyRequest, error: ValueError) -> ProblemResponse:
    """Answer that a text cannot be read; the readers' errors say what to do."""
    return tell(422, "unreadable-text", str(error), "Scan it again, or ask for another one.")


def tell_unheard(request: AnyRequest, error: HTTPException) -> ProblemResponse:
    """Answer to a request that reached no handler; never repeats what was sent."""
    return tell_mistake(request, error) if is_mistake(error) else tell_http_error(error, _DOCS)


def tell_mistake(request: AnyRequest, error: Exception) -> ProblemResponse:
    """Answer to a mistake of ours; what it was stands in the log only, and without any data."""
    log_mistake(request.url.path, error)
    what = Sentence("The phone made a mistake.", zh="手机程序出错。")
    return tell(500, "internal-error", what, _ASK_AGAIN, _MAY_BE_DONE)


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    AccessRefused: tell_spoken,
    PhoneError: tell_spoken,
    CardError: tell_card_error,
    DeviceError: tell_device_error,
    ClientError: tell_client_error,
    OtherContent: tell_used_id,
    UnknownCode: tell_unreadable,
    VoucherCodeError: tell_unreadable,
    CodeError: tell_unreadable,
    CodeMalformed: tell_unreadable,
    HTTPException: tell_unheard,
    Exception: tell_mistake,
}
"""For Litestar; the nearest class of an error's wins."""
