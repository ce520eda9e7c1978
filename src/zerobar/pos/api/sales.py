"""Sales and refunds, as the cashier goes through them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from zerobar.codes.vouchers import request_text
from zerobar.pos import hosted_road, online, purse_road, receipts, refunding, selling
from zerobar.pos.api.showing import show_refund, show_sale
from zerobar.pos.api.wire import (
    CodeShown,
    Most,
    NewRefundAsked,
    NewSaleAsked,
    RefundShown,
    SaleShown,
    Scan,
    Tap,
    TapAtBank,
)
from zerobar.pos.errors import ItemsDiffer
from zerobar.pos.model import Item
from zerobar.pos.program import Program
from zerobar.pos.readers import card_in_field
from zerobar.pos.refunds import NewRefund
from zerobar.pos.scanning import take_scanned
from zerobar.pos.selling import NewSale
from zerobar.pos.sessions import Session
from zerobar.pos.step import Step, step_of
from zerobar.pos.telling import words_of_refund
from zerobar.purse.money import Fen
from zerobar.reader import NoCard, OpenPayer

Text = Annotated[str, QueryParameter(max_length=64)]
Since = Annotated[int, QueryParameter(ge=0)]


@put("/sales/{sale_id:uuid}", sync_to_thread=True)
def begin_sale(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
    data: JSONBody[NewSaleAsked],
) -> SaleShown:
    """Begin a sale under an id of the screen's own; the same again changes nothing."""
    items = tuple(Item(i.name, i.quantity, Fen(i.amount_fen)) for i in data.items)
    if items and sum(item.amount for item in items) != data.amount_fen:
        raise ItemsDiffer
    new = NewSale(
        sale_id,
        Fen(data.amount_fen),
        session.cashier.name,
        session.shift_id,
        data.number,
        items,
    )
    selling.begin(program.till, new)
    return show_sale(program.till, step_of(program.till, sale_id))


@get("/sales", sync_to_thread=True)
def list_sales(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    text: Text = "",
    since_unix_s: Since = 0,
    most: Most = 50,
) -> list[SaleShown]:
    """List the newest sales first; `text` is a part of their numbers."""
    del session
    sales = program.till.store.sales.found(text, since_unix_s, most)
    return [show_sale(program.till, step_of(program.till, sale.id)) for sale in sales]


@get("/sales/{sale_id:uuid}", sync_to_thread=True)
def read_sale(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> SaleShown:
    """Show a sale as it stands."""
    del session
    return show_sale(program.till, step_of(program.till, sale_id))


@post("/sales/{sale_id:uuid}/code", status_code=200, sync_to_thread=True)
def show_code(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> CodeShown:
    """Give the code that the customer scans, made by the bank for this sale."""
    del session
    return CodeShown(text=online.show_order_code(program.till, sale_id))


@post("/sales/{sale_id:uuid}/request", status_code=200, sync_to_thread=True)
def show_request(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> CodeShown:
    """Give the till's own request as a code, for when the till has no network."""
    del session
    return CodeShown(text=request_text(purse_road.show_request(program.till, sale_id)))


@post("/sales/{sale_id:uuid}/scan", status_code=200, sync_to_thread=True)
def scan(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
    data: JSONBody[Scan],
) -> SaleShown:
    """Take whatever was scanned: a customer's code, or a voucher; answers with the sale it paid."""
    del session
    return show_sale(program.till, take_scanned(program.till, sale_id, data.text))


@post("/sales/{sale_id:uuid}/tap", status_code=200, sync_to_thread=True)
def tap(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
    data: JSONBody[Tap],
) -> SaleShown:
    """Let the card in the field pay; after a torn tap, the same again charges once.

    Without a card in the field nothing moves: the sale is shown as it stands, its cause `no-card`.
    """
    del session
    return _with_card(
        program,
        sale_id,
        data,
        lambda payer: purse_road.tap(program.till, sale_id, payer, pin=data.pin),
    )


@post("/sales/{sale_id:uuid}/hosted-tap", status_code=200, sync_to_thread=True)
def hosted_tap(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
    data: JSONBody[TapAtBank],
) -> SaleShown:
    """Let the wallet behind the card in the field pay, or the card, at the bank; as `tap` else."""
    del session
    return _with_card(
        program,
        sale_id,
        data,
        lambda payer: hosted_road.tap(program.till, sale_id, payer, data.pays, pin=data.pin),
    )


@post("/sales/{sale_id:uuid}/void", status_code=200, sync_to_thread=True)
def void_tap(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
    data: JSONBody[Tap],
) -> SaleShown:
    """Give a card back what the till's purse refused to credit."""
    del session
    return _with_card(
        program,
        sale_id,
        data,
        lambda payer: purse_road.give_back(program.till, sale_id, payer),
    )


@post("/sales/{sale_id:uuid}/ask", status_code=200, sync_to_thread=True)
def ask(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> SaleShown:
    """Ask the bank what became of a sale."""
    del session
    return show_sale(program.till, online.ask(program.till, sale_id))


@post("/sales/{sale_id:uuid}/cancel", status_code=200, sync_to_thread=True)
def cancel(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> SaleShown:
    """Cancel a sale that certainly nobody has paid."""
    del session
    selling.cancel(program.till, sale_id)
    return show_sale(program.till, step_of(program.till, sale_id))


@post("/sales/{sale_id:uuid}/give-up", status_code=200, sync_to_thread=True)
def give_up(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> SaleShown:
    """Wait no longer for a sale that may be paid."""
    del session
    selling.give_up(program.till, sale_id)
    return show_sale(program.till, step_of(program.till, sale_id))


@get("/sales/{sale_id:uuid}/receipt", sync_to_thread=True, media_type="application/pdf")
def receipt(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> Response[bytes]:
    """Print the receipt of a paid sale; from the second time on it says that it is a reprint."""
    del session
    made = receipts.receipt_of(program.till, sale_id)
    return Response(made, media_type="application/pdf")


@put("/refunds/{refund_id:uuid}", sync_to_thread=True)
def refund(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    refund_id: FromPath[UUID],
    data: JSONBody[NewRefundAsked],
) -> RefundShown:
    """Give a sale back, or a part of it, under an id of the screen's own; the same again, once."""
    new = NewRefund(
        refund_id, Fen(data.amount_fen), data.reason, session.cashier.name, session.shift_id
    )
    return show_refund(*refunding.refund(program.till, data.sale_id, new))


@get("/sales/{sale_id:uuid}/refunds", sync_to_thread=True)
def list_refunds(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    sale_id: FromPath[UUID],
) -> list[RefundShown]:
    """List what went back of a sale, and what was asked for."""
    del session
    made = program.till.store.refunds.of_sale(sale_id)
    return [show_refund(refund, words_of_refund(refund)) for refund in made]


@get("/refunds/{refund_id:uuid}", sync_to_thread=True)
def read_refund(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    refund_id: FromPath[UUID],
) -> RefundShown:
    """Show a refund as it stands."""
    del session
    found = program.till.store.refunds.refund(refund_id)
    return show_refund(found, words_of_refund(found))


@post("/refunds/{refund_id:uuid}/tap", status_code=200, sync_to_thread=True)
def tap_refund(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    refund_id: FromPath[UUID],
    data: JSONBody[Tap],
) -> RefundShown:
    """Bring a refund to the card that paid; after a torn tap, the same again gives it once."""
    del session
    try:
        with _field(program, data) as customer:
            return show_refund(*refunding.tap_refund(program.till, refund_id, customer))
    except NoCard as error:
        found = program.till.store.refunds.refund(refund_id)
        return show_refund(found, words_of_refund(found), error)


def _with_card(
    program: Program, sale_id: UUID, data: Tap | TapAtBank, take: Callable[[OpenPayer], Step]
) -> SaleShown:
    """Take a step with the card in the field; without one the sale is shown as it stands."""
    try:
        with _field(program, data) as payer:
            step = take(payer)
    except NoCard as error:
        step = step_of(program.till, sale_id, error=error)
    return show_sale(program.till, step)


def _field(program: Program, data: Tap | TapAtBank) -> AbstractContextManager[OpenPayer]:
    return card_in_field(data.card or program.settings.reader, program.feed)


ROUTES: list[Any] = [
    begin_sale,
    list_sales,
    read_sale,
    show_code,
    show_request,
    scan,
    tap,
    hosted_tap,
    void_tap,
    ask,
    cancel,
    give_up,
    receipt,
    list_refunds,
    refund,
    read_refund,
    tap_refund,
]
