"""Money that comes and goes: vouchers, the bank's notices, refunds, and what no line could take."""

from __future__ import annotations

from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, RawBody
from litestar.types import ControllerRouterHandler

from zerobar.purse.money import Fen
from zerobar.telecom import apart
from zerobar.telecom.api.access import AnyRequest, Desk, OwnProgram
from zerobar.telecom.api.shapes import (
    BillerShown,
    NewPlace,
    NewRefund,
    NewVoucher,
    RefundShown,
    UnplacedShown,
    VoucherShown,
    show_refund,
    show_unplaced,
    show_voucher,
)
from zerobar.telecom.bank import Bank
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import NotJoined
from zerobar.telecom.giving_back import give_back_unplaced, place_unplaced
from zerobar.telecom.notices import LARGEST_NOTICE, take_notice
from zerobar.telecom.numbers import read_number
from zerobar.telecom.refunding import AskedRefund, give_back, look_at_refund
from zerobar.telecom.vouchers import bring_now, take_record

MOST = 1_000


@get("/v1/biller", sync_to_thread=False, tags=["vouchers"])
def read_biller(desk: NamedDependency[Desk]) -> BillerShown:
    """Tell tills and phones whom a card pays for a line, when no request can reach it."""
    if desk.bank is None or desk.operator_id is None:
        raise NotJoined
    return BillerShown(biller_id=desk.bank.biller_id.hex(), operator_id=desk.operator_id)


@post("/v1/vouchers", status_code=200, sync_to_thread=True, tags=["vouchers"])
def bring_voucher(
    telecom: NamedDependency[Telecom], bank: NamedDependency[Bank], data: JSONBody[NewVoucher]
) -> VoucherShown:
    """Take a voucher for a line from whoever brings it, for its payer has signed it.

    It is kept before it is answered, and taken to the bank; the same again changes nothing.
    """
    kept = take_record(telecom, bank, bytes.fromhex(data.record))
    return show_voucher(bring_now(telecom, bank, kept))


@post(
    "/v1/notices",
    status_code=204,
    sync_to_thread=True,
    tags=["bank"],
    request_max_body_size=LARGEST_NOTICE,
)
def hear_notice(
    request: AnyRequest,
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    body: RawBody,
) -> None:
    """Take a notice that the bank has signed."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    take_notice(telecom, bank, headers, body)


@post("/v1/refunds", sync_to_thread=True, tags=["refunds"])
def refund_top_up(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewRefund],
) -> RefundShown:
    """Give a top-up back to its payer, or a part of it."""
    asked = AskedRefund(data.top_up_id, Fen(data.amount_fen), data.reason)
    return show_refund(give_back(telecom, bank, idempotency_key, asked))


@get("/v1/refunds/{refund_id:uuid}", sync_to_thread=True, tags=["refunds"])
def read_refund(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    refund_id: FromPath[UUID],
) -> RefundShown:
    """Show how a refund stands; while that is not known the bank is asked."""
    return show_refund(look_at_refund(telecom, bank, refund_id))


@get("/v1/unplaced", sync_to_thread=True, tags=["refunds"])
def list_unplaced(
    telecom: NamedDependency[Telecom], own_program: NamedDependency[OwnProgram]
) -> list[UnplacedShown]:
    """List money that no line could take and that is still here, oldest first, at most 1,000."""
    return [show_unplaced(each) for each in apart.unplaced(telecom, MOST)]


@get("/v1/unplaced/{top_up_id:uuid}", sync_to_thread=True, tags=["refunds"])
def read_unplaced(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    top_up_id: FromPath[UUID],
) -> UnplacedShown:
    """Show money that no line could take, also once it is given back or on a line."""
    return show_unplaced(apart.find_unplaced(telecom, top_up_id))


@post(
    "/v1/unplaced/{top_up_id:uuid}/return", status_code=200, sync_to_thread=True, tags=["refunds"]
)
def return_unplaced(
    telecom: NamedDependency[Telecom],
    bank: NamedDependency[Bank],
    own_program: NamedDependency[OwnProgram],
    top_up_id: FromPath[UUID],
) -> UnplacedShown:
    """Give it back to whoever paid; while it is not known the bank is asked. Again, it is once."""
    return show_unplaced(give_back_unplaced(telecom, bank, top_up_id))


@put("/v1/unplaced/{top_up_id:uuid}/line", sync_to_thread=True, tags=["refunds"])
def put_on_line(
    telecom: NamedDependency[Telecom],
    own_program: NamedDependency[OwnProgram],
    top_up_id: FromPath[UUID],
    data: JSONBody[NewPlace],
) -> UnplacedShown:
    """Put it on the line that it was for, unless it is given back; the same again is once."""
    number = read_number(data.number)
    return show_unplaced(place_unplaced(telecom, top_up_id, number, data.note))


ROUTES: list[ControllerRouterHandler] = [
    read_biller,
    bring_voucher,
    hear_notice,
    refund_top_up,
    read_refund,
    list_unplaced,
    read_unplaced,
    return_unplaced,
    put_on_line,
]
