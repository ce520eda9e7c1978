"""TMF654 Prepay Balance Management, version 4.0.0: a line's bucket, and top-ups of it.

A bucket's id is the line's number without the plus sign. A top-up is an order at the bank; the text
of the code to pay it with is told beside the standard's members, as its `@type` says.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.telecom import lines
from zerobar.telecom.api.access import OwnProgram
from zerobar.telecom.api.tmf import (
    EXCEPTION_HANDLERS,
    YUAN,
    LineText,
    Quantity,
    Ref,
    account_id,
    answer,
    new_id,
    number_of,
    read_fen,
    told_as,
    uuid_in,
    yuan,
)
from zerobar.telecom.bank import Bank
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import InvalidInput
from zerobar.telecom.model import Line, LineStatus
from zerobar.telecom.orders import (
    Asked,
    OrderState,
    TopUpOrder,
    ask_order,
    look_at_order,
    payable_code,
)

BASE_PATH: Final = "/tmf-api/prepayBalanceManagement/v4"
_TYPE: Final = "DigitalCashTopupBalance"


class UsageType(StrEnum):
    """What a bucket holds."""

    MONETARY = "monetary"
    VOICE = "voice"
    DATA = "data"
    SMS = "sms"
    OTHER = "other"


class BucketStatus(StrEnum):
    """BucketStatusType."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"


class ActionStatus(StrEnum):
    """ActionStatusType."""

    CREATED = "created"
    FAILED = "failed"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


_BUCKET_STATUS: Final = {
    LineStatus.ACTIVE: BucketStatus.ACTIVE,
    LineStatus.SUSPENDED_ONE_WAY: BucketStatus.SUSPENDED,
    LineStatus.SUSPENDED_TWO_WAY: BucketStatus.SUSPENDED,
    LineStatus.CLOSED: BucketStatus.EXPIRED,
}
_ACTION_STATUS: Final = {
    OrderState.ASKED: ActionStatus.CREATED,
    OrderState.OPEN: ActionStatus.CREATED,
    OrderState.PAID: ActionStatus.COMPLETED,
    OrderState.OVER: ActionStatus.CANCELLED,
    OrderState.REFUSED: ActionStatus.FAILED,
}


class WrongAccount(InvalidInput):
    """A bucket and an account of two lines, or a bucket of no money."""

    problem = "wrong-account"

    def __init__(self) -> None:
        super().__init__(
            "Only a line's monetary bucket is topped up, by the account that it belongs to.",
            "Give usageType monetary, and the line's number as bucket.id and as partyAccount.id.",
        )


class Bucket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bucket: the balance of a line; below zero is what it owes."""

    id: str
    href: str
    name: str
    isShared: bool  # noqa: N815 - the standard's name
    logicalResource: list[Ref]  # noqa: N815 - the standard's name
    partyAccount: Ref  # noqa: N815 - the standard's name
    remainingValue: Quantity  # noqa: N815 - the standard's name
    remainingValueName: str  # noqa: N815 - the standard's name
    status: BucketStatus
    usageType: UsageType  # noqa: N815 - the standard's name


class NewTopupBalance(msgspec.Struct, frozen=True, kw_only=True):
    """TopupBalance_Create; its `status`, which the schema demands and does not describe, is open.

    Attributes:
        bucket, partyAccount: of one line, by its number.
    """

    amount: Quantity
    usageType: UsageType  # noqa: N815 - the standard's name
    bucket: Ref
    partyAccount: Ref  # noqa: N815 - the standard's name
    description: LineText = ""
    paymentMethod: Ref | None = None  # noqa: N815 - the standard's name


class TopupBalance(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """TopupBalance, with the text of the code that pays it while it can be paid."""

    id: str
    href: str
    requestedDate: datetime  # noqa: N815 - the standard's name
    amount: Quantity
    bucket: Ref
    partyAccount: Ref  # noqa: N815 - the standard's name
    paymentMethod: Ref  # noqa: N815 - the standard's name
    status: ActionStatus
    usageType: UsageType  # noqa: N815 - the standard's name
    type: str = msgspec.field(name="@type")
    baseType: str = msgspec.field(name="@baseType")  # noqa: N815 - the standard's name
    confirmationDate: datetime | None = None  # noqa: N815 - the standard's name
    paymentCode: str | None = None  # noqa: N815 - as the standard writes its own


@get(
    "/bucket/{bucket_id:str}",
    sync_to_thread=True,
    tags=["TMF654"],
    responses={200: told_as(Bucket, "the bucket")},
)
def retrieve_bucket(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    bucket_id: FromPath[str],
) -> Response[bytes]:
    """Retrieve the balance of a line."""
    return answer(_bucket(lines.line(telecom, number_of(bucket_id))), 200)


@post(
    "/topupBalance",
    sync_to_thread=True,
    tags=["TMF654"],
    responses={201: told_as(TopupBalance, "the top-up")},
)
def create_topup_balance(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    data: JSONBody[NewTopupBalance],
) -> Response[bytes]:
    """Begin a top-up of a line, to be paid at the bank by the code that is answered."""
    number = number_of(data.bucket.id)
    is_one_line = number_of(data.partyAccount.id) == number
    if data.usageType is not UsageType.MONETARY or not is_one_line:
        raise WrongAccount
    asked = Asked(number, read_fen(data.amount.amount, data.amount.units), method=_method(data))
    return answer(_topup(telecom, bank, ask_order(telecom, bank, new_id(telecom), asked)), 201)


@get(
    "/topupBalance/{topup_id:str}",
    sync_to_thread=True,
    tags=["TMF654"],
    responses={200: told_as(TopupBalance, "the top-up")},
)
def retrieve_topup_balance(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    topup_id: FromPath[str],
) -> Response[bytes]:
    """Retrieve a top-up; while it is not known how it ends the bank is asked."""
    return answer(_topup(telecom, bank, look_at_order(telecom, bank, uuid_in(topup_id))), 200)


def router() -> Router:
    """Return the interface at its published base path."""
    handlers = [retrieve_bucket, create_topup_balance, retrieve_topup_balance]
    return Router(BASE_PATH, route_handlers=handlers, exception_handlers=EXCEPTION_HANDLERS)


def _method(data: NewTopupBalance) -> str:
    return data.paymentMethod.id if data.paymentMethod is not None else "digital-cash"


def _bucket(line: Line) -> Bucket:
    id_ = account_id(line.number)
    remaining = yuan(line.balance_fen)
    return Bucket(
        id=id_,
        href=f"{BASE_PATH}/bucket/{id_}",
        name="话费",
        isShared=False,
        logicalResource=[Ref(id=line.number, name="MSISDN")],
        partyAccount=Ref(id=id_),
        remainingValue=Quantity(amount=remaining, units=YUAN),
        remainingValueName=f"{remaining} {YUAN}",
        status=_BUCKET_STATUS[line.status],
        usageType=UsageType.MONETARY,
    )


def _topup(telecom: Telecom, bank: Bank, order: TopUpOrder) -> TopupBalance:
    line_id = account_id(order.number)
    is_done = order.state is OrderState.PAID
    return TopupBalance(
        id=str(order.id),
        href=f"{BASE_PATH}/topupBalance/{order.id}",
        requestedDate=order.made_at,
        amount=Quantity(amount=yuan(order.amount), units=YUAN),
        bucket=Ref(id=line_id, href=f"{BASE_PATH}/bucket/{line_id}"),
        partyAccount=Ref(id=line_id),
        paymentMethod=Ref(id=order.method),
        status=_ACTION_STATUS[order.state],
        usageType=UsageType.MONETARY,
        type=_TYPE,
        baseType="TopupBalance",
        confirmationDate=order.ended_at if is_done else None,
        paymentCode=payable_code(telecom, bank, order),
    )
