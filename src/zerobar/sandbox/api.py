"""The sandbox's HTTP interface. One event loop does everything, one call after the other."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from litestar import Litestar, MediaType, Request, Response, delete, get, post, put
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery, JSONBody, RawBody

from zerobar.sandbox.faults import Call, Fault, FaultKind
from zerobar.sandbox.meeting import answered
from zerobar.sandbox.model import Order, Outcome, SandboxRefusal, Status, Way
from zerobar.sandbox.page import page_of
from zerobar.sandbox.town import Town
from zerobar.sandbox.wire import (
    Binding,
    CardOrder,
    Holder,
    Identity,
    IdentityAnswer,
    Message,
    NewMessage,
    Problem,
    Statement,
    TransferOutcomes,
)
from zerobar.serving.following import follow

LARGEST_BODY: Final = 16 * 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")

AnyRequest = Request[Any, Any, Any]


@get("/", media_type=MediaType.HTML)
async def index(request: AnyRequest, town: NamedDependency[Town]) -> str:
    """Say who lives here, and how to use it."""
    return page_of(town, str(request.base_url))


@post("/bank/bindings", status_code=200)
async def bind(request: AnyRequest, town: NamedDependency[Town], data: JSONBody[Holder]) -> Binding:
    """Check the four elements of a card."""
    elements = (data.card_number, data.name, data.resident_id, data.phone)
    return await answered(
        request, town.faults, Call.BIND, lambda _: Binding(town.bank.token(*elements))
    )


@put("/bank/accounts/{account:str}/orders/{order_id:uuid}")
async def carry_out(
    request: AnyRequest,
    town: NamedDependency[Town],
    account: FromPath[str],
    order_id: FromPath[Any],
    data: JSONBody[CardOrder],
) -> Outcome:
    """Move money between a card and an account, once for each id."""
    order = Order(checked_name(account), str(order_id), data.way, data.card_token, data.amount_fen)
    call = Call.DEBIT if data.way is Way.DEBIT else Call.CREDIT

    def act(fault: Fault | None) -> Outcome:
        return town.bank.carry_out(order, *_terms(fault))

    return await answered(request, town.faults, call, act)


@post("/bank/accounts/{account:str}/orders/{order_id:uuid}/outcome", status_code=200)
async def outcome(
    request: AnyRequest,
    town: NamedDependency[Town],
    account: FromPath[str],
    order_id: FromPath[Any],
) -> Outcome:
    """Say what became of an order; one that never arrived will never be carried out."""
    name = checked_name(account)
    return await answered(
        request, town.faults, Call.OUTCOME, lambda _: town.bank.outcome(name, str(order_id))
    )


@get("/bank/accounts/{account:str}/statements/{day:date}")
async def statement(
    request: AnyRequest,
    town: NamedDependency[Town],
    account: FromPath[str],
    day: FromPath[date],
) -> Statement:
    """List what moved in an account on a day in China."""
    text = day.isoformat()
    lines = lambda _: Statement(text, town.bank.statement(checked_name(account), text))  # noqa: E731
    return await answered(request, town.faults, Call.STATEMENT, lines)


@put("/bank/accounts/{account:str}/files/{name:str}", status_code=204)
async def hand_in(
    request: AnyRequest,
    town: NamedDependency[Town],
    account: FromPath[str],
    name: FromPath[str],
    body: RawBody,
) -> None:
    """Take a file of transfers, pain.001.001.09, and carry each out."""
    where = checked_name(account), checked_name(name)

    def fate() -> Outcome | int:
        reason, queries = _terms(town.faults.take(Call.TRANSFER))
        return queries or Outcome(Status.REFUSED if reason else Status.DONE, reason)

    await answered(
        request, town.faults, Call.SUBMIT, lambda _: town.files.hand_in(*where, body, fate)
    )


@get("/bank/accounts/{account:str}/files/{name:str}/outcomes")
async def transfer_outcomes(
    request: AnyRequest,
    town: NamedDependency[Town],
    account: FromPath[str],
    name: FromPath[str],
) -> TransferOutcomes:
    """Say what became of a file's transfers."""
    where = checked_name(account), checked_name(name)
    return await answered(
        request,
        town.faults,
        Call.TRANSFER_OUTCOMES,
        lambda _: TransferOutcomes(town.files.outcomes(*where)),
    )


@post("/identity/matches", status_code=200)
async def identity(
    request: AnyRequest, town: NamedDependency[Town], data: JSONBody[Identity]
) -> IdentityAnswer:
    """Say whether a name and a resident ID belong together."""
    return await answered(
        request,
        town.faults,
        Call.IDENTITY,
        lambda _: IdentityAnswer(town.matches(data.name, data.resident_id)),
    )


@post("/sms/messages", status_code=204)
async def send_message(
    request: AnyRequest, town: NamedDependency[Town], data: JSONBody[NewMessage]
) -> None:
    """Put a message into a phone's inbox."""
    await answered(request, town.faults, Call.SMS, lambda _: town.send(data.phone, data.text))


@get("/sms/messages")
async def read_messages(town: NamedDependency[Town], phone: FromQuery[str]) -> list[Message]:
    """Show a phone's messages, newest first."""
    return town.inbox(phone)


@post("/faults", status_code=204)
async def add_fault(town: NamedDependency[Town], data: JSONBody[Fault]) -> None:
    """Let the next calls of a kind go wrong."""
    if data.times < 1 or data.seconds < 0 or data.queries < 1:
        raise SandboxRefusal(400, "A fault meets at least one call.", "Give positive numbers.")
    town.faults.add(data)


@get("/faults")
async def list_faults(town: NamedDependency[Town]) -> list[Fault]:
    """List the faults that still wait for calls."""
    return town.faults.waiting()


@delete("/faults")
async def clear_faults(town: NamedDependency[Town]) -> None:
    """Let all go well again."""
    town.faults.clear()


def create_app(town: Town) -> Litestar:
    """Return the application of a sandbox."""
    app = Litestar(
        route_handlers=[
            index,
            bind,
            carry_out,
            outcome,
            statement,
            hand_in,
            transfer_outcomes,
            identity,
            send_message,
            read_messages,
            add_fault,
            list_faults,
            clear_faults,
        ],
        dependencies={"town": Provide(lambda: town, sync_to_thread=False)},
        exception_handlers={SandboxRefusal: _explain},
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )
    return follow(app)


def checked_name(name: str) -> str:
    """Return the name of an account or file; raises SandboxRefusal."""
    if _NAME.fullmatch(name) is None:
        raise SandboxRefusal(
            400, "This is no name.", "Use up to 100 letters, digits, dots, dashes or underscores."
        )
    return name


def _terms(fault: Fault | None) -> tuple[str, int]:
    """Return why to refuse, and for how many queries to leave it open."""
    if fault is None:
        return "", 0
    refuses, pending = fault.fault is FaultKind.REFUSE, fault.fault is FaultKind.PENDING
    return fault.reason if refuses else "", fault.queries if pending else 0


def _explain(_: AnyRequest, refusal: SandboxRefusal) -> Response[Problem]:
    problem = Problem(refusal.status, refusal.what_happened, refusal.next_step)
    return Response(problem, status_code=refusal.status, media_type="application/problem+json")
