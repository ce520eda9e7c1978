"""Headers that keep an answer out of caches, frames and pages from elsewhere."""

from __future__ import annotations

from typing import Final

from litestar.types import Message, Scope

SECURITY_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    # A page that describes an interface may have a style sheet of its own, and nothing else.
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""Of every answer that does not say otherwise itself, as screens do."""


async def add_security_headers(message: Message, _: Scope) -> None:
    """Add what an answer does not say itself; for Litestar's `before_send`."""
    if message["type"] == "http.response.start":
        given = {name.lower() for name, _ in message["headers"]}
        missing = [header for header in SECURITY_HEADERS if header[0] not in given]
        message["headers"] = [*message["headers"], *missing]
