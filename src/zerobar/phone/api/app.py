"""The application: all handlers, who is let in, and how errors are told."""

from __future__ import annotations

from typing import Final

from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.types import Message, Scope

from zerobar.phone.api import codes, feed, purse, wallet
from zerobar.phone.api.access import HEALTH, check_access
from zerobar.phone.api.problems import EXCEPTION_HANDLERS
from zerobar.phone.program import Phone

LARGEST_BODY: Final = 64 * 1024
_SECURITY_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


@get(HEALTH, sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the program runs; needs no token."""
    return {"status": "ok"}


def create_app(phone: Phone) -> Litestar:
    """Return the application of a phone that is switched on."""
    # In one router, for some handlers share a path.
    areas = (wallet, purse, codes, feed)
    handlers = [health, *(route for area in areas for route in area.ROUTES)]
    return Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        dependencies={"phone": Provide(lambda: phone, sync_to_thread=False)},
        guards=[check_access],
        state=State({"phone": phone}),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[_add_security_headers],
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )


async def _add_security_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *_SECURITY_HEADERS]
