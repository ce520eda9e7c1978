"""What is not a sale: signing in, cashiers, the queue, closings, reconciliation, health, events."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, RawBody

from zerobar.client.merchant import MerchantClient
from zerobar.device.feed import LONGEST_WAIT_S, EventsShown
from zerobar.pos import doctor, reconciling
from zerobar.pos.api.showing import (
    show_closing,
    show_finding,
    show_queue,
    show_reconciled,
    show_totals,
)
from zerobar.pos.api.wire import (
    CashierShown,
    ClosingShown,
    CodeShown,
    FindingShown,
    NewCashier,
    NewPin,
    PlaceShown,
    QueueShown,
    ReconciledShown,
    SignedInShown,
    SignIn,
    TotalsShown,
)
from zerobar.pos.background import Background
from zerobar.pos.cashiers import Cashier
from zerobar.pos.errors import ShiftsOpen
from zerobar.pos.program import Program
from zerobar.pos.sessions import Session, Sessions
from zerobar.serving.access import bearer_of

AnyRequest = Request[Any, Any, Any]
After = Annotated[int, QueryParameter(ge=0)]
Wait = Annotated[float, QueryParameter(ge=0, le=LONGEST_WAIT_S)]


@get("/health", sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the program runs."""
    return {"status": "ok"}


@get("/events", sync_to_thread=True)
def read_events(
    program: NamedDependency[Program], after: After = 0, wait_s: Wait = 0
) -> EventsShown:
    """Give what went over the till's wires after a number; waits a while for the first of it."""
    return program.feed.shown_after(after, wait_s)


@get("/place", sync_to_thread=True)
def read_place(program: NamedDependency[Program]) -> PlaceShown:
    """Say where the till stands and who works here; nobody needs to be signed in for that."""
    place = program.till.place
    return PlaceShown(
        merchant=place.merchant,
        shop=place.shop,
        till=place.till,
        has_reader=program.settings.reader is not None,
        cashiers=[_show(cashier) for cashier in program.till.store.cashiers.all()],
    )


@post("/session", status_code=200, sync_to_thread=True)
def sign_in(sessions: NamedDependency[Sessions], data: JSONBody[SignIn]) -> SignedInShown:
    """Sign a cashier in, and begin a shift unless one is open."""
    token, session = sessions.sign_in(data.name, data.pin)
    return SignedInShown(
        token=token,
        name=session.cashier.name,
        is_chief=session.cashier.is_chief,
        shift_id=session.shift_id,
    )


@delete("/session", sync_to_thread=True)
def sign_out(
    sessions: NamedDependency[Sessions], session: NamedDependency[Session], request: AnyRequest
) -> None:
    """Sign out; the shift goes on."""
    del session
    sessions.sign_out(bearer_of(request))


@post("/shift/end", status_code=204, sync_to_thread=True)
def end_shift(sessions: NamedDependency[Sessions], session: NamedDependency[Session]) -> None:
    """End one's shift, and sign out everywhere."""
    sessions.end_shift(session)


@get("/cashiers", sync_to_thread=True)
def list_cashiers(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> list[CashierShown]:
    """List who works here."""
    del session
    return [_show(cashier) for cashier in program.till.store.cashiers.all()]


@post("/cashiers", sync_to_thread=True)
def add_cashier(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    data: JSONBody[NewCashier],
) -> CashierShown:
    """Add a cashier; for a chief."""
    session.require_chief()
    added = program.till.store.cashiers.add(data.name, data.pin, chief=data.is_chief)
    return _show(added)


@put("/cashiers/{name:str}/pin", status_code=204, sync_to_thread=True)
def set_pin(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    name: FromPath[str],
    data: JSONBody[NewPin],
) -> None:
    """Set a cashier's PIN, which unlocks; one's own, or as a chief anybody's."""
    if name != session.cashier.name:
        session.require_chief()
    program.till.store.cashiers.set_pin(name, data.pin)


@get("/shop-code", sync_to_thread=True)
def read_shop_code(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> CodeShown:
    """Give the shop's standing code, to be printed: the customer chooses the amount.

    What is paid to it is no sale of this till; the bank tells the merchant's server of it.
    """
    del session
    shop_id = program.till.place.shop_id
    return CodeShown(text=MerchantClient(program.http).code_of_shop(shop_id))


@get("/queue", sync_to_thread=True)
def read_queue(
    program: NamedDependency[Program],
    background: NamedDependency[Background],
    session: NamedDependency[Session],
) -> QueueShown:
    """Show what waits for the network, and how much may."""
    del session
    return show_queue(program.till, program.line, background.last)


@post("/sync", status_code=200, sync_to_thread=True)
def sync_now(
    program: NamedDependency[Program],
    background: NamedDependency[Background],
    session: NamedDependency[Session],
) -> QueueShown:
    """Go through what is not known at once, and sync; tells how far it came."""
    del session
    background.sync_soon()
    background.go_round()
    return show_queue(program.till, program.line, background.last)


@get("/totals", sync_to_thread=True)
def read_totals(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> TotalsShown:
    """Show what has come together since the last closing."""
    del session
    return show_totals(program.till.store.closings.so_far())


@put("/closings/{closing_id:uuid}", sync_to_thread=True)
def close_day(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    closing_id: FromPath[UUID],
) -> ClosingShown:
    """Close the day, under an id of the screen's own; for a chief, when all shifts but hers ended.

    What turns out to be paid later is in the next closing.
    """
    session.require_chief()
    shifts = program.till.store.cashiers.open_shifts()
    others = [shift.cashier for shift in shifts if shift.id != session.shift_id]
    if others:
        raise ShiftsOpen(names=", ".join(others))
    return show_closing(program.till.store.closings.close(closing_id, session.cashier.name))


@get("/closings", sync_to_thread=True)
def list_closings(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> list[ClosingShown]:
    """List the newest closings first."""
    del session
    return [show_closing(closing) for closing in program.till.store.closings.closings(60)]


@post(
    "/reconciliations/{day:date}",
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=reconciling.LARGEST_FILE,
)
def reconcile(
    program: NamedDependency[Program],
    session: NamedDependency[Session],
    day: FromPath[date],
    body: RawBody,
) -> ReconciledShown:
    """Compare a day with the bank's file of it, which is the body as it was downloaded."""
    del session
    found = reconciling.reconcile(program.till, day, body)
    return show_reconciled(found, reconciling.surpluses(program.till))


@get("/doctor", sync_to_thread=True)
def examine(
    program: NamedDependency[Program], session: NamedDependency[Session]
) -> list[FindingShown]:
    """Say what is wrong, and what to do."""
    del session
    return [show_finding(finding) for finding in doctor.examine(program)]


def _show(cashier: Cashier) -> CashierShown:
    return CashierShown(name=cashier.name, is_chief=cashier.is_chief, is_locked=cashier.is_locked)


ROUTES: list[Any] = [
    health,
    read_events,
    read_place,
    sign_in,
    sign_out,
    end_shift,
    list_cashiers,
    add_cashier,
    set_pin,
    read_shop_code,
    read_queue,
    sync_now,
    read_totals,
    close_day,
    list_closings,
    reconcile,
    examine,
]
