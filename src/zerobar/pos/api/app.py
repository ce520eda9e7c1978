"""The application: all handlers, who is let in, and how errors are told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from litestar import Litestar, Router
from litestar.di import Provide

from zerobar.pos.api import bills, office, sales, unloads
from zerobar.pos.api.access import session_of
from zerobar.pos.api.problems import EXCEPTION_HANDLERS
from zerobar.pos.background import Background
from zerobar.pos.program import Program
from zerobar.pos.sessions import Sessions
from zerobar.serving.access import check_page
from zerobar.serving.following import follow
from zerobar.serving.headers import add_security_headers
from zerobar.serving.screens import screen_routes
from zerobar.serving.strictness import StrictRequest

LARGEST_BODY: Final = 64 * 1024


def create_app(program: Program, background: Background, framed_by: Sequence[str] = ()) -> Litestar:
    """Return the application of a till that is switched on, and its screen.

    Args:
        framed_by: origins of the pages that may show the screen in a frame; raises BadOrigin.
    """
    sessions = Sessions(program.till, os.urandom)
    # In one router, for some handlers share a path.
    handlers = [
        *sales.ROUTES,
        *bills.ROUTES,
        *office.ROUTES,
        *unloads.ROUTES,
        *screen_routes("till", framed_by=framed_by),
    ]
    app = Litestar(
        route_handlers=[Router("/", route_handlers=handlers)],
        dependencies={
            "program": Provide(lambda: program, sync_to_thread=False),
            "background": Provide(lambda: background, sync_to_thread=False),
            "sessions": Provide(lambda: sessions, sync_to_thread=False),
            "session": Provide(session_of, sync_to_thread=False),
        },
        guards=[check_page],
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[add_security_headers],
        request_class=StrictRequest,
        request_max_body_size=LARGEST_BODY,
        logging_config=None,
        openapi_config=None,
    )
    return follow(app)
