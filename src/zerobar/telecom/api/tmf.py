"""What the TM Forum interfaces share: money as they write it, references, and their errors.

Amounts are decimal numbers of yuan in JSON, and are read and written as decimals: no binary
fraction comes near them. Members that are not known are ignored, as those interfaces may be
extended by anybody.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
import psycopg
from litestar import Response
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ExceptionHandlersMap

from zerobar.client.problems import Problem
from zerobar.database import DatabaseFailure
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.serving.problems import AnyRequest, http_problem, is_mistake
from zerobar.telecom.api.problems import (
    DOCUMENTED,
    gone,
    mistake_of,
    problem_of,
)
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import InvalidInput, NotFound, TelecomError
from zerobar.telecom.numbers import read_number

MEDIA_TYPE: Final = "application/json;charset=utf-8"
YUAN: Final = "CNY"
_LARGEST: Final = Decimal(MAX_AMOUNT) / 100
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

DECIMALS: Final = (("Quantity", "amount"), ("Money", "value"))
"""Shapes and their members that are JSON numbers, though a Decimal is described as text."""

IdText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
LineText: TypeAlias = Annotated[
    str, msgspec.Meta(max_length=100, pattern=r"^[^\u0000-\u001f\u007f]*$")
]


class BadMoney(InvalidInput):
    """An amount that is none of whole fen."""

    problem = "bad-amount"

    def __init__(self) -> None:
        super().__init__(
            "The amount is no positive number of yuan with at most two decimals.",
            "Give it as a number, such as 39.00, in CNY.",
        )


class NothingThere(NotFound):
    """An id that nothing here can have."""

    problem = "nothing-there"

    def __init__(self) -> None:
        super().__init__("There is nothing with this id.", "Check the id.")


class Ref(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reference to something by its id."""

    id: IdText
    href: str | None = None
    name: LineText | None = None


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """TMF654's amount in a given unit."""

    amount: Decimal
    units: str


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """TMF676's money: unit by ISO 4217."""

    unit: str
    value: Decimal


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """TM Forum's error: `code` is the problem's stable name, `message` what to do now."""

    code: str
    reason: str
    message: str
    status: str


def read_fen(value: Decimal, unit: str) -> Fen:
    """Return an amount of yuan as whole fen; raises BadMoney."""
    # The size first: what is checked afterwards would else be done with a million digits.
    if unit != YUAN or not value.is_finite() or not 0 < value <= _LARGEST:
        raise BadMoney
    fen = value * 100
    if fen != fen.to_integral_value():
        raise BadMoney
    return Fen(int(fen))


def yuan(fen: int) -> Decimal:
    """Return fen as yuan, with two decimals."""
    return Decimal(fen).scaleb(-2)


def account_id(number: str) -> str:
    """Return the id of a line's account and bucket: its digits."""
    return number.removeprefix("+")


def number_of(id_: str) -> str:
    """Return the line whose account or bucket has an id; raises BadNumber."""
    digits_only = id_.isascii() and id_.isdigit() and not id_.startswith("1")
    return read_number(f"+{id_}" if digits_only else id_)


def uuid_in(id_: str) -> UUID:
    """Return the id that a path names; raises NothingThere."""
    try:
        return UUID(id_)
    except ValueError:
        raise NothingThere from None


def new_id(telecom: Telecom) -> UUID:
    """Return an id for what a client asks for without one of its own."""
    return UUID(bytes=telecom.random(16), version=4)


def answer(content: msgspec.Struct, status: int) -> Response[bytes]:
    """Return an answer whose decimals are JSON numbers."""
    return Response(_ENCODER.encode(content), status_code=status, media_type=MEDIA_TYPE)


def told_as(shape: type[msgspec.Struct], description: str) -> ResponseSpec:
    """Return what the description says of an answer."""
    return ResponseSpec(data_container=shape, description=description, generate_examples=False)


def _tell(problem: Problem) -> Response[bytes]:
    error = Error(
        code=problem.name,
        reason=problem.detail,
        message=problem.next_step,
        status=str(problem.status),
    )
    return answer(error, problem.status)


def _tell_rule(_: AnyRequest, error: TelecomError) -> Response[bytes]:
    return _tell(problem_of(error))


def _tell_http(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    if is_mistake(error):
        return _tell_mistake(request, error)
    return _tell(http_problem(error.status_code, DOCUMENTED))


def _tell_gone(_: AnyRequest, error: Exception) -> Response[bytes]:
    return _tell(gone(error))


def _tell_mistake(request: AnyRequest, error: Exception) -> Response[bytes]:
    return _tell(mistake_of(request, error))


EXCEPTION_HANDLERS: Final[ExceptionHandlersMap] = {
    TelecomError: _tell_rule,
    HTTPException: _tell_http,
    psycopg.OperationalError: _tell_gone,
    psycopg.InterfaceError: _tell_gone,
    DatabaseFailure: _tell_gone,
    Exception: _tell_mistake,
}
"""For the routers of TM Forum's interfaces."""
