"""The application: all handlers, who is let in, and how errors are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from litestar import Litestar, Router, get
from litestar.datastructures import State
from litestar.di import Provide

from zerobar.phone.api import cards, codes, feed, line, passkeys, pin, purse, wallet
from zerobar.phone.api.access import HEALTH, check_access
from zerobar.phone.api.problems import EXCEPTION_HANDLERS
from zerobar.phone.program import Phone
from zerobar.serving.following import follow
from zerobar.serving.headers import add_security_headers
from zerobar.serving.screens import screen_routes
from zerobar.serving.strictness import StrictRequest

LARGEST_BODY: Final = 64 * 1024


@get(HEALTH, sync_to_thread=False)
def health() -> dict[str, str]:
    """Say that the program runs; needs no token."""
    return {"status": "ok"}


def create_app(phone: Phone, framed_by: Sequence[str] = ()) -> Litestar:
    """Return the application of a phone that is switched on, and its screen.

    Args:
        framed_by: origins of the pages that may show the screen in a frame; raises BadOrigin.
    """
    # In one router, for some handlers share a path.
    areas = (wallet, pin, cards, line, passkeys, purse, codes, feed)
    handlers = [health, *(route for area in areas for route in area.ROUTES)]
    handlers += screen_routes("wallet", framed_by=framed_by)
    app = Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        dependencies={"phone": Provide(lambda: phone, sync_to_thread=False)},
        guards=[check_access],
        state=State({"phone": phone}),
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[add_security_headers],
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )
    return follow(app)
