"""A request that a program answers: its id, its trace, how long it took, and what came of it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from zerobar.tracing.naming import ids_in, made_id
from zerobar.tracing.spans import FIELDS, Kind, Span

REQUEST_ID_HEADER: Final = "x-request-id"
QUIET: Final = frozenset(
    {
        *("/", "/sw.js", "/manifest.webmanifest", "/assets/{name:str}", "/icons/{name:str}"),
        *("/health", "/health/ready", "/metrics", "/events", "/stage/events"),
    }
)
"""Routes that are asked again and again by machines: not worth a line or a span."""

_WRITTEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MISTAKE: Final = 500
_log = logging.getLogger(__name__)


class Followed(Span):
    """One request, from its first byte to its answer.

    Args:
        target: method and path.
        headers: `traceparent` and `tracestate`.
        sent_id: how whoever asks names the request, if they do.
        idempotency_key: under which something is made, if something is.

    Attributes:
        id: as whoever asked named it, or a new one.
        method: of HTTP.
    """

    __slots__ = ("_idempotency_key", "_path", "id", "method")

    def __init__(
        self, target: tuple[str, str], headers: tuple[str, str], sent_id: str, idempotency_key: str
    ) -> None:
        super().__init__("", Kind.SERVER, None, headers)
        self.method, self._path = target
        self._idempotency_key = idempotency_key
        self.id = sent_id if _WRITTEN.fullmatch(sent_id) else str(uuid4())

    @property
    def about(self) -> Mapping[str, str]:
        """The request's id, and those of what it is about."""
        made = made_id(self._path, self._idempotency_key)
        return {"request_id": self.id, **ids_in(self._path), **made}

    def end(self, route: str, status: int) -> None:
        """Log the answer, and close the span.

        Args:
            route: as it is declared, so that it holds no id.
        """
        if route in QUIET:
            return
        if _log.isEnabledFor(logging.INFO):
            told = {"method": self.method, "route": route, "status": status}
            took = {"took_ms": round(self.took_s * 1000, 1)}
            _log.info("answered", extra={FIELDS: {**self.fields(), **told, **took}})
        self.name = f"{self.method} {route}"
        attributes: dict[str, str | int] = {
            "http.request.method": self.method,
            "http.route": route,
            "http.response.status_code": status,
        }
        self.close(attributes, failed=status >= _MISTAKE)
