"""The HTTP application of the telecom."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec
from litestar import Litestar, MediaType, Response, Router, get
from litestar.di import NamedDependency

from zerobar.serving.following import follow
from zerobar.serving.headers import add_security_headers
from zerobar.serving.strictness import StrictRequest
from zerobar.telecom.api import lines, money, subscribers, tmf654, tmf676
from zerobar.telecom.api.access import Desk, dependencies_of
from zerobar.telecom.api.describing import Json, describe, page
from zerobar.telecom.api.problems import EXCEPTION_HANDLERS
from zerobar.telecom.context import Telecom

LARGEST_BODY: Final = 16 * 1024


@get("/health", tags=["health"], sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the program runs."""
    return {"status": "ok"}


@get("/health/ready", tags=["health"], sync_to_thread=True)
def readiness(telecom: NamedDependency[Telecom]) -> dict[str, str]:
    """Say that the database answers."""
    with telecom.connection() as connection:
        connection.execute("SELECT 1")
    return {"status": "ok"}


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_document() -> Response[bytes]:
    """Answer with the description of the interface."""
    return Response(msgspec.json.encode(document()), media_type=MediaType.JSON)


@get("/docs", include_in_schema=False, sync_to_thread=False)
def docs_page() -> Response[str]:
    """Answer with the description, to be read."""
    return Response(page(document()), media_type=MediaType.HTML)


def routes() -> Router:
    """Return all handlers, in one router: see the bank's application for why."""
    own = [*lines.ROUTES, *subscribers.ROUTES, *money.ROUTES]
    handlers = [health, readiness, openapi_document, docs_page, *own]
    return Router("/", route_handlers=[*handlers, tmf654.router(), tmf676.router()])


@cache
def document() -> Json:
    """Return the description of the whole interface."""
    return describe([routes()])


def create_app(desk: Desk) -> Litestar:
    """Return the application of a telecom."""
    app = Litestar(
        route_handlers=[routes()],
        dependencies=dependencies_of(desk),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[add_security_headers],
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )
    return follow(app)
