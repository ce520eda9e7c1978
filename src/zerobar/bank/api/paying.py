"""Paying over HTTP: payments, payees, requests for money.

A payment's signature is checked at the desk, together with those of all others that wait.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from zerobar.bank.api.access import AnyRequest, Session, read_claim
from zerobar.bank.api.codes import CODE_ROUTES
from zerobar.bank.api.paging import DEFAULT_LIMIT, Cursor, Limit, page_of, read_cursor
from zerobar.bank.api.paying_showing import (
    show_outcome,
    show_payee,
    show_payment,
    show_request,
)
from zerobar.bank.api.statements import STATEMENT_ROUTES
from zerobar.bank.context import Bank
from zerobar.bank.paying.charging import confirmation_order
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.model import PayeeKind, PaymentOrder
from zerobar.bank.paying.payees import find_payee, read_payee
from zerobar.bank.paying.reading import outcome_for, pays_from
from zerobar.bank.paying.requests import (
    ask_for_money,
    cancel_request,
    decline_request,
    read_request,
    requests_of,
)
from zerobar.bank.signatures import Claim, read_id
from zerobar.client.paging import Page
from zerobar.client.paying import (
    MoneyRequestShown,
    NewMoneyRequest,
    NewPayment,
    PayeeNamed,
    PayeeShown,
    PaymentOutcomeShown,
    PaymentShown,
)
from zerobar.purse.money import Fen

Asked = Annotated[
    bool, QueryParameter(description="true: what the wallet is asked for; false: what it asks for")
]


def provide_claim(request: AnyRequest, body: RawBody, desk: NamedDependency[PaymentDesk]) -> Claim:
    """Read a signature that the desk will check; raises SignatureMissing."""
    # Litestar starts a task for each value when it could provide several at once, which costs
    # more than both: so this one waits for the desk's.
    del desk
    return read_claim(request, body)


def order_of(claim: Claim, asked: NewPayment) -> PaymentOrder:
    """Return the order that a signed request is; raises IdMissing or PayeeMalformed."""
    return PaymentOrder(
        read_id(claim.idempotency_key),
        asked.wallet_id,
        read_payee(PayeeKind(asked.payee.kind), asked.payee.value),
        Fen(asked.amount_fen),
        asked.memo,
        claim,
    )


_AT_THE_DESK = {"signed": Provide(provide_claim, sync_to_thread=False)}


@post("/v1/payments", dependencies=_AT_THE_DESK)
async def pay(
    desk: NamedDependency[PaymentDesk],
    signed: NamedDependency[Claim],
    data: JSONBody[NewPayment],
) -> PaymentShown:
    """Pay; asked again with the same id and body, the answer is the same payment."""
    # Of most payments the connection knows enough, and they do not come here: `paying_at_once`.
    return show_payment(await desk.pay(order_of(signed, data)))


@post("/v1/confirmations/{payment_id:uuid}", dependencies=_AT_THE_DESK, sync_to_thread=True)
def confirm(
    bank: NamedDependency[Bank],
    desk: NamedDependency[PaymentDesk],
    signed: NamedDependency[Claim],
    payment_id: FromPath[UUID],
) -> PaymentShown:
    """Confirm what a till has charged to one's code; needs the PIN, as any payment does."""
    order = confirmation_order(bank, payment_id, signed)
    return show_payment(desk.submit(order).result())


@get("/v1/payments/{payment_id:uuid}", sync_to_thread=True)
def read_payment(
    bank: NamedDependency[Bank], session: NamedDependency[Session], payment_id: FromPath[UUID]
) -> PaymentOutcomeShown:
    """Tell what became of a payment, for whoever had no answer; and what was refunded of it."""
    outcome = outcome_for(bank, session.person_id, payment_id)
    return show_outcome(outcome, to_payer=pays_from(bank, session.person_id, outcome))


@post("/v1/payees", status_code=200, sync_to_thread=True)
def check_payee(
    bank: NamedDependency[Bank], session: NamedDependency[Session], data: JSONBody[PayeeNamed]
) -> PayeeShown:
    """Show who would be paid, so that a mistake is noticed before."""
    payee = read_payee(PayeeKind(data.kind), data.value)
    return show_payee(find_payee(bank, session.person_id, payee))


@post("/v1/money-requests", sync_to_thread=True)
def ask(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    idempotency_key: NamedDependency[UUID],
    data: JSONBody[NewMoneyRequest],
) -> MoneyRequestShown:
    """Ask somebody for money."""
    asked = read_payee(PayeeKind(data.asked.kind), data.asked.value)
    terms = Fen(data.amount_fen), data.memo
    request = ask_for_money(bank, session.person_id, data.wallet_id, idempotency_key, asked, terms)
    return show_request(request, bank.clock())


@get("/v1/money-requests/{request_id:uuid}", sync_to_thread=True)
def read_money_request(
    bank: NamedDependency[Bank], session: NamedDependency[Session], request_id: FromPath[UUID]
) -> MoneyRequestShown:
    """Show a request for money to either side."""
    return show_request(read_request(bank, session.person_id, request_id), bank.clock())


@post("/v1/money-requests/{request_id:uuid}/decline", status_code=200, sync_to_thread=True)
def decline_money_request(
    bank: NamedDependency[Bank], session: NamedDependency[Session], request_id: FromPath[UUID]
) -> MoneyRequestShown:
    """Refuse to pay a request."""
    return show_request(decline_request(bank, session.person_id, request_id), bank.clock())


@post("/v1/money-requests/{request_id:uuid}/cancel", status_code=200, sync_to_thread=True)
def cancel_money_request(
    bank: NamedDependency[Bank], session: NamedDependency[Session], request_id: FromPath[UUID]
) -> MoneyRequestShown:
    """Take back a request."""
    return show_request(cancel_request(bank, session.person_id, request_id), bank.clock())


@get("/v1/wallets/{wallet_id:uuid}/money-requests", sync_to_thread=True)
def list_money_requests(
    bank: NamedDependency[Bank],
    session: NamedDependency[Session],
    wallet_id: FromPath[UUID],
    asked: Asked = True,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MoneyRequestShown]:
    """List a wallet's requests for money, the newest first."""
    page = read_cursor(cursor), limit + 1
    rows = requests_of(bank, session.person_id, wallet_id, asked=asked, page=page)
    now = bank.clock()
    return page_of(rows, limit, lambda row: row.id, lambda row: show_request(row, now))


ROUTES: list[object] = [
    pay,
    confirm,
    read_payment,
    check_payee,
    ask,
    read_money_request,
    decline_money_request,
    cancel_money_request,
    list_money_requests,
    *CODE_ROUTES,
    *STATEMENT_ROUTES,
]
