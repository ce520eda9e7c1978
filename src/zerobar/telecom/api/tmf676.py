"""TMF676 Payment Management, version 4.0.0: payments for a line's account, and refunds of them.

A payment is an order at the bank; it is `pendingAuthorization` until somebody has paid it, by the
code that is told beside the standard's members, as its `@type` says. `correlatorId` is the client's
own id: the same again is the same payment.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.telecom.api.access import OwnProgram
from zerobar.telecom.api.tmf import (
    EXCEPTION_HANDLERS,
    YUAN,
    IdText,
    LineText,
    Money,
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
from zerobar.telecom.orders import (
    Asked,
    OrderState,
    TopUpOrder,
    ask_order,
    find_order,
    look_at_order,
    payable_code,
)
from zerobar.telecom.refunding import (
    AskedRefund,
    BankRefund,
    RefundState,
    give_back,
    look_at_refund,
)

BASE_PATH: Final = "/payment/v4"
_MOST_METHOD: Final = 100


class PaymentStatus(StrEnum):
    """PaymentStatusExampleType, and RefundStatusExampleType likewise."""

    PENDING = "pendingAuthorization"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    FAILED = "failed"
    CANCELED = "canceled"
    DENIED = "denied"
    DONE = "done"


_PAYMENT_STATUS: Final = {
    OrderState.ASKED: PaymentStatus.PENDING,
    OrderState.OPEN: PaymentStatus.PENDING,
    OrderState.PAID: PaymentStatus.DONE,
    OrderState.OVER: PaymentStatus.CANCELED,
    OrderState.REFUSED: PaymentStatus.DENIED,
}
_REFUND_STATUS: Final = {
    RefundState.ASKED: PaymentStatus.PENDING,
    RefundState.DONE: PaymentStatus.DONE,
    RefundState.REFUSED: PaymentStatus.DENIED,
}


class NoPayment(InvalidInput):
    """A refund of no payment, or of one that is not done, or of another account."""

    problem = "no-payment"

    def __init__(self) -> None:
        super().__init__(
            "A refund needs a payment of this account that is done.",
            "Give its id as payment.id, and its account's as account.id.",
        )


class PaymentMethodValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """PaymentMethodRefOrValue: how it is paid; without an id, digital cash."""

    id: Annotated[str, msgspec.Meta(max_length=_MOST_METHOD)] = "digital-cash"
    name: LineText | None = None


class NewPayment(msgspec.Struct, frozen=True, kw_only=True):
    """Payment_Create."""

    account: Ref
    paymentMethod: PaymentMethodValue  # noqa: N815 - the standard's name
    totalAmount: Money  # noqa: N815 - the standard's name
    correlatorId: IdText | None = None  # noqa: N815 - the standard's name
    description: LineText = ""


class Payment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Payment, with the text of the code that pays it while it can be paid.

    Attributes:
        authorizationCode: the bank's id of the payment, once it is done.
    """

    id: str
    href: str
    account: Ref
    paymentMethod: PaymentMethodValue  # noqa: N815 - the standard's name
    amount: Money
    totalAmount: Money  # noqa: N815 - the standard's name
    status: PaymentStatus
    statusDate: datetime  # noqa: N815 - the standard's name
    type: str = msgspec.field(name="@type")
    baseType: str = msgspec.field(name="@baseType")  # noqa: N815 - the standard's name
    authorizationCode: str | None = None  # noqa: N815 - the standard's name
    correlatorId: str | None = None  # noqa: N815 - the standard's name
    paymentDate: datetime | None = None  # noqa: N815 - the standard's name
    paymentCode: str | None = None  # noqa: N815 - as the standard writes its own


class NewRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Refund_Create; the standard leaves `payment` open, and a refund here needs it."""

    account: Ref
    paymentMethod: PaymentMethodValue  # noqa: N815 - the standard's name
    totalAmount: Money  # noqa: N815 - the standard's name
    payment: Ref
    correlatorId: IdText | None = None  # noqa: N815 - the standard's name
    description: LineText = ""


class Refund(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Refund."""

    id: str
    href: str
    account: Ref
    payment: Ref
    paymentMethod: PaymentMethodValue  # noqa: N815 - the standard's name
    amount: Money
    totalAmount: Money  # noqa: N815 - the standard's name
    description: str
    status: PaymentStatus
    statusDate: datetime  # noqa: N815 - the standard's name
    correlatorId: str | None = None  # noqa: N815 - the standard's name
    refundDate: datetime | None = None  # noqa: N815 - the standard's name


@post(
    "/payment",
    sync_to_thread=True,
    tags=["TMF676"],
    responses={201: told_as(Payment, "the payment")},
)
def create_payment(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    data: JSONBody[NewPayment],
) -> Response[bytes]:
    """Begin a payment for an account, to be paid at the bank by the code that is answered."""
    amount = read_fen(data.totalAmount.value, data.totalAmount.unit)
    asked = Asked(number_of(data.account.id), amount, data.correlatorId, data.paymentMethod.id)
    return answer(_payment(telecom, bank, ask_order(telecom, bank, new_id(telecom), asked)), 201)


@get(
    "/payment/{payment_id:str}",
    sync_to_thread=True,
    tags=["TMF676"],
    responses={200: told_as(Payment, "the payment")},
)
def retrieve_payment(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    payment_id: FromPath[str],
) -> Response[bytes]:
    """Retrieve a payment; while it is not known how it ends the bank is asked."""
    return answer(_payment(telecom, bank, look_at_order(telecom, bank, uuid_in(payment_id))), 200)


@post(
    "/refund",
    sync_to_thread=True,
    tags=["TMF676"],
    responses={201: told_as(Refund, "the refund")},
)
def create_refund(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    data: JSONBody[NewRefund],
) -> Response[bytes]:
    """Give a payment back, or a part of it."""
    order = look_at_order(telecom, bank, _id_in(data.payment.id))
    if order.payment_id is None or number_of(data.account.id) != order.number:
        raise NoPayment
    amount = read_fen(data.totalAmount.value, data.totalAmount.unit)
    asked = AskedRefund(order.payment_id, amount, data.description, data.correlatorId)
    return answer(_refund(telecom, give_back(telecom, bank, new_id(telecom), asked)), 201)


@get(
    "/refund/{refund_id:str}",
    sync_to_thread=True,
    tags=["TMF676"],
    responses={200: told_as(Refund, "the refund")},
)
def retrieve_refund(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    refund_id: FromPath[str],
) -> Response[bytes]:
    """Retrieve a refund; while it is not known how it ends the bank is asked."""
    return answer(_refund(telecom, look_at_refund(telecom, bank, uuid_in(refund_id))), 200)


def router() -> Router:
    """Return the interface at its published base path."""
    handlers = [create_payment, retrieve_payment, create_refund, retrieve_refund]
    return Router(BASE_PATH, route_handlers=handlers, exception_handlers=EXCEPTION_HANDLERS)


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoPayment from None


def _payment(telecom: Telecom, bank: Bank, order: TopUpOrder) -> Payment:
    is_done = order.state is OrderState.PAID
    total = Money(unit=YUAN, value=yuan(order.amount))
    return Payment(
        id=str(order.id),
        href=f"{BASE_PATH}/payment/{order.id}",
        account=Ref(id=account_id(order.number)),
        paymentMethod=PaymentMethodValue(id=order.method),
        amount=total,
        totalAmount=total,
        status=_PAYMENT_STATUS[order.state],
        statusDate=order.ended_at or order.made_at,
        type="DigitalCashPayment",
        baseType="Payment",
        authorizationCode=str(order.payment_id) if is_done else None,
        correlatorId=order.correlator,
        paymentDate=order.ended_at if is_done else None,
        paymentCode=payable_code(telecom, bank, order),
    )


def _refund(telecom: Telecom, refund: BankRefund) -> Refund:
    order = find_order(telecom, refund.order_id)
    total = Money(unit=YUAN, value=yuan(refund.amount))
    return Refund(
        id=str(refund.id),
        href=f"{BASE_PATH}/refund/{refund.id}",
        account=Ref(id=account_id(order.number)),
        payment=Ref(id=str(order.id), href=f"{BASE_PATH}/payment/{order.id}"),
        paymentMethod=PaymentMethodValue(id=order.method),
        amount=total,
        totalAmount=total,
        description=refund.reason,
        status=_REFUND_STATUS[refund.state],
        statusDate=refund.ended_at or refund.made_at,
        correlatorId=refund.correlator,
        refundDate=refund.ended_at if refund.state is RefundState.DONE else None,
    )
