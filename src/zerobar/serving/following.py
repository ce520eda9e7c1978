"""Every request has an id and a trace: told to whoever asked, and in every line of the log.

For Litestar, in every program that answers HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from litestar import Litestar
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from zerobar.client.signing import IDEMPOTENCY_HEADER
from zerobar.tracing.requests import REQUEST_ID_HEADER, Followed
from zerobar.tracing.spans import entered
from zerobar.tracing.traceparent import TRACEPARENT, TRACESTATE

Begin: TypeAlias = Callable[[tuple[str, str], tuple[str, str], str, str], Followed]
NO_ROUTE: Final = "none"
"""Of what is asked at no path of the interface: a path that somebody made up is not told."""
_UNANSWERED: Final = 499
"""Whoever asked went away."""


def follow(app: Litestar, begin: Begin = Followed) -> Litestar:
    """Have an application's requests followed, also those that it finds no handler for.

    Args:
        begin: what follows one; it is given what `Followed` is.
    """
    app.asgi_handler = _followed(app.asgi_handler, begin)
    return app


def _followed(app: ASGIApp, begin: Begin) -> ASGIApp:
    async def followed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        request = _begun(scope, begin)
        status = _UNANSWERED

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders(message)[REQUEST_ID_HEADER] = request.id
            await send(message)

        with entered(request):
            try:
                await app(scope, receive, send_named)
            finally:
                request.end(scope.get("path_template") or NO_ROUTE, status)

    return followed


def _begun(scope: HTTPScope, begin: Begin) -> Followed:
    headers = Headers.from_scope(scope)
    trace = headers.get(TRACEPARENT, ""), headers.get(TRACESTATE, "")
    sent = headers.get(REQUEST_ID_HEADER, ""), headers.get(IDEMPOTENCY_HEADER, "")
    return begin((scope["method"], scope["path"]), trace, *sent)
