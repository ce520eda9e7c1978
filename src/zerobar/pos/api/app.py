"""The application: all handlers, who is let in, and how errors are told."""

from __future__ import annotations

import os
from typing import Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.types import Message, Scope

from zerobar.pos.api import office, sales
from zerobar.pos.api.access import check_host, session_of
from zerobar.pos.api.problems import EXCEPTION_HANDLERS
from zerobar.pos.background import Background
from zerobar.pos.program import Program
from zerobar.pos.sessions import Sessions

LARGEST_BODY: Final = 64 * 1024
_SECURITY_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


def create_app(program: Program, background: Background) -> Litestar:
    """Return the application of a till that is switched on."""
    sessions = Sessions(program.till, os.urandom)
    # In one router, for some handlers share a path.
    return Litestar(
        route_handlers=[Router("/", route_handlers=sales.ROUTES + office.ROUTES)],
        dependencies={
            "program": Provide(lambda: program, sync_to_thread=False),
            "background": Provide(lambda: background, sync_to_thread=False),
            "sessions": Provide(lambda: sessions, sync_to_thread=False),
            "session": Provide(session_of, sync_to_thread=False),
        },
        guards=[check_host],
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[_add_security_headers],
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )


async def _add_security_headers(message: Message, _: Scope) -> None:
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *_SECURITY_HEADERS]
