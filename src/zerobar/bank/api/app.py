"""The HTTP application: every area's routes, one way to fail, nothing from third parties."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import msgspec
from litestar import Litestar, MediaType, Response, Router, get
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide

from zerobar.bank.api import (
    authority,
    docs,
    funding,
    hosting,
    merchants,
    passkeys,
    paying,
    people,
    purses,
    reconciliation,
    settlement,
    staff,
    syncing,
    taps,
)
from zerobar.bank.api.access import DEPENDENCIES
from zerobar.bank.api.console import control, health, operations, risk, shops
from zerobar.bank.api.openapi import Json, describe
from zerobar.bank.api.problems import EXCEPTION_HANDLERS
from zerobar.bank.context import Bank
from zerobar.bank.health.requests import Counted
from zerobar.bank.paying.desk import PaymentDesk
from zerobar.bank.paying.express import Express
from zerobar.ledger import LedgerUnavailable
from zerobar.serving.following import follow
from zerobar.serving.headers import add_security_headers
from zerobar.serving.screens import screen_routes
from zerobar.serving.strictness import StrictRequest

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

LARGEST_BODY: Final = 64 * 1024
"""Bytes; the largest request is a merchant's order with many items."""

_READY_WITHIN_S: Final = 3

_AREAS: Final = (
    people,
    passkeys,
    funding,
    paying,
    purses,
    merchants,
    hosting,
    taps,
    staff,
    authority,
    reconciliation,
    syncing,
    settlement,
    operations,
    shops,
    risk,
    control,
    health,
)


@get("/health", sync_to_thread=False)
def liveness() -> dict[str, str]:
    """Say that the program runs; to be asked by whoever starts it again when it does not."""
    return {"status": "ok"}


@get("/health/ready")
async def readiness(bank: NamedDependency[Bank]) -> dict[str, str]:
    """Say that the ledger and the database answer; to be asked by whoever sends requests here."""
    try:
        async with asyncio.timeout(_READY_WITHIN_S):
            await asyncio.to_thread(_ask_books, bank)
    except TimeoutError:
        raise LedgerUnavailable from None
    return {"status": "ok"}


def _ask_books(bank: Bank) -> None:
    bank.ledger.probe(_READY_WITHIN_S)
    with bank.connection() as connection:
        connection.execute("SELECT 1")


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_document() -> Response[bytes]:
    """Answer with the description of the interface."""
    return Response(msgspec.json.encode(document()), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False, sync_to_thread=False)
def docs_page() -> Response[str]:
    """Answer with the description, to be read."""
    return Response(docs.page(document()), media_type=MediaType.HTML)


@get(docs.STYLE_PATH, include_in_schema=False, sync_to_thread=False)
def docs_style() -> Response[bytes]:
    """Answer with the page's style sheet."""
    return Response(docs.style(), media_type=MediaType.CSS)


def routes() -> Router:
    """Return the handlers of all areas, and the few that belong to none."""
    # In one router: an application that is given handlers one by one takes those that share a
    # path twice, and then answers with a coroutine.
    handlers = [liveness, readiness, openapi_document, docs_page, docs_style]
    handlers += screen_routes("console")
    return Router(
        "/", route_handlers=handlers + [route for area in _AREAS for route in area.ROUTES]
    )


@cache
def document() -> Json:
    """Return the description of the whole interface."""
    return describe([routes()])


@dataclass(slots=True)
class Served:
    """Whom an application answers for; `app.state.served`.

    It takes a second to make an application. One that does not run may be given another bank.

    Attributes:
        express: on the loop of an application that runs.
    """

    bank: Bank
    desk: PaymentDesk
    express: Express | None = None


def create_app(bank: Bank, lifespan: Sequence[Lifespan] = ()) -> Litestar:
    """Return the application of a bank; `lifespan` begins before it and ends after it."""
    served = Served(bank, PaymentDesk(bank))

    @asynccontextmanager
    async def open_desk(_: Litestar) -> AsyncIterator[None]:
        with served.desk:
            express = Express(served.bank, served.desk, asyncio.get_running_loop())
            served.express = express
            yield
            served.express = None
            express.close()

    own = {
        "bank": Provide(lambda: served.bank, sync_to_thread=False),
        "desk": Provide(lambda: served.desk, sync_to_thread=False),
    }
    app = Litestar(
        route_handlers=[routes()],
        dependencies=DEPENDENCIES | own,
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[add_security_headers],
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        lifespan=[*lifespan, open_desk],
        state=State({"served": served}),
        logging_config=None,
        openapi_config=None,
    )
    return follow(app, Counted)
