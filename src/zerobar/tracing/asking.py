"""A request that a program sends: it carries the trace, and how it went is told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx

from zerobar.tracing.naming import ids_in, shape_of
from zerobar.tracing.spans import CURRENT, FIELDS, Kind, Span
from zerobar.tracing.traceparent import TRACEPARENT, TRACESTATE

_NOT_GRANTED: Final = 400
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Asked:
    """How a request went; `status` is None while there is no answer."""

    status: int | None = None

    def heard(self, response: httpx.Response) -> httpx.Response:
        """Note the answer, and return it."""
        self.status = response.status_code
        return response


@contextmanager
def asking(request: httpx.Request) -> Iterator[Asked]:
    """Let a request that is sent in this context carry the trace.

    with asking(request) as asked:
        response = asked.heard(client.send(request))
    """
    shape = shape_of(request.url.path)
    about = ids_in(request.url.path)
    span = Span(f"{request.method} {shape}", Kind.CLIENT, CURRENT.get(), about=about)
    request.headers[TRACEPARENT] = span.place.traceparent
    if span.place.state:
        request.headers[TRACESTATE] = span.place.state
    asked, error = Asked(), ""
    try:
        yield asked
    except BaseException as raised:
        error = type(raised).__name__
        raise
    finally:
        _tell(span, request, asked.status, error)


def _tell(span: Span, request: httpx.Request, status: int | None, error: str) -> None:
    method, shape = span.name.split(" ")
    whom = request.url.netloc.decode("ascii")
    came: dict[str, str | int] = {"error": error} if status is None else {"status": status}
    if _log.isEnabledFor(logging.INFO):
        told = {"whom": whom, "method": method, "route": shape, **came}
        took = {"took_ms": round(span.took_s * 1000, 1)}
        _log.info("asked", extra={FIELDS: {**span.fields(), **told, **took}})
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "server.address": request.url.host,
        "url.template": shape,
    }
    if status is None:
        span.close({**attributes, "error.type": error}, failed=True)
    else:
        answered = {**attributes, "http.response.status_code": status}
        span.close(answered, failed=status >= _NOT_GRANTED)
