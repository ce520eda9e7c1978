"""Every request has an id: told to whoever asked, in every line of the log, and counted.

For Litestar. A payment that its connection answers by itself is followed there.
"""

from __future__ import annotations

from typing import Final

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from zerobar.bank.health.logs import PAYMENT_ID, REQUEST_ID
from zerobar.bank.health.requests import REQUEST_ID_HEADER, Followed
from zerobar.client.signing import IDEMPOTENCY_HEADER

_NO_ROUTE: Final = "none"
"""Of what is asked at no path of the interface: a path that somebody made up is not counted."""
_UNANSWERED: Final = 499
"""Whoever asked went away."""


def follow_requests(app: ASGIApp) -> ASGIApp:
    """Return an application that does the same, followed."""

    async def followed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        headers = Headers.from_scope(scope)
        sent = headers.get(REQUEST_ID_HEADER, ""), headers.get(IDEMPOTENCY_HEADER, "")
        request = Followed(scope["method"], *sent)
        status = _UNANSWERED

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableScopeHeaders(message)[REQUEST_ID_HEADER] = request.id
            await send(message)

        tokens = REQUEST_ID.set(request.id), PAYMENT_ID.set(request.payment_id)
        try:
            await app(scope, receive, send_named)
        finally:
            REQUEST_ID.reset(tokens[0])
            PAYMENT_ID.reset(tokens[1])
            request.end(scope.get("path_template") or _NO_ROUTE, status)

    return followed
