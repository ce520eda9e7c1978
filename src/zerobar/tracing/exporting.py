"""Spans on their way to a collector: OpenTelemetry's OTLP over HTTP, as JSON.

Source: https://opentelemetry.io/docs/specs/otlp/ (1.11): POST to `/v1/traces`, ids in hexadecimal,
enumerations as numbers, 64-bit numbers as text. Nothing here is done unless a collector is named,
and a collector that is away costs nothing but its spans: payments never wait for it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

import httpx
import msgspec

from zerobar import __version__
from zerobar.tracing.spans import Ended, Facts, entered, give_spans_to
from zerobar.tracing.traceparent import TraceContext

ENDPOINT_VARIABLE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""Where a collector is: `/v1/traces` is put after it."""
TRACES_ENDPOINT_VARIABLE: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
"""The same, whole."""
HEADERS_VARIABLE: Final = "OTEL_EXPORTER_OTLP_HEADERS"
"""What a collector asks for, such as a token: `name=value,name=value`."""
NAME_VARIABLE: Final = "OTEL_SERVICE_NAME"
"""How the program is called there; otherwise `zerobar-bank` and so on."""
MOST_WAITING: Final = 8_192
"""Spans; of more, the oldest are lost."""
MOST_AT_ONCE: Final = 512
PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
TIMEOUT_S: Final = 10.0
END_PATIENCE_S: Final = 2.0
"""How long a program that ends waits for its last spans."""

_PATH: Final = "/v1/traces"
_ASK_AGAIN: Final = frozenset({429, 502, 503, 504})
_ERROR: Final = 2
_SAMPLED: Final = 1
_log = logging.getLogger(__name__)


class Exporter:
    """Brings spans to a collector, in a thread of its own.

    Args:
        url: of the collector, whole.
        headers: that it asks for.
        service: how the program is called there.
    """

    def __init__(self, url: str, headers: Mapping[str, str], service: str) -> None:
        self._url = url
        self._service = service
        self._waiting: deque[Ended] = deque(maxlen=MOST_WAITING)
        self._ending = threading.Event()
        self._is_silent = False
        sent = {**headers, "content-type": "application/json"}
        self._http = httpx.Client(headers=sent, timeout=TIMEOUT_S, follow_redirects=False)
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def take(self, span: Ended) -> None:
        """Keep a span until it is brought; returns at once."""
        self._waiting.append(span)

    def end(self) -> None:
        """Bring what waits, and stop; it takes no longer than a moment."""
        self._ending.set()
        self._thread.join(END_PATIENCE_S)

    def _run(self) -> None:
        pause_s = PAUSE_S
        # Nothing that is asked here belongs to a trace itself.
        with entered(None):
            while not self._ending.wait(pause_s):
                pause_s = PAUSE_S if self._bring_all() else min(2 * pause_s, LONGEST_PAUSE_S)
            self._bring_all()

    def _bring_all(self) -> bool:
        """Bring what waits; return whether the collector answers."""
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            if not self._is_brought(some):
                room = MOST_WAITING - len(self._waiting)
                self._waiting.extendleft(reversed(some[-room:] if room else []))
                return False
        return True

    def _is_brought(self, spans: Sequence[Ended]) -> bool:
        """Bring some; return False if they are to be brought again."""
        try:
            answer = self._http.post(self._url, content=encode(spans, self._service))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            self._note(type(error).__name__)
            return False
        if answer.is_success:
            self._is_silent = False
            return True
        self._note(str(answer.status_code))
        return answer.status_code not in _ASK_AGAIN

    def _note(self, why: str) -> None:
        """Say once that the collector does not take spans."""
        if not self._is_silent:
            self._is_silent = True
            _log.warning("the collector of spans does not take them: %s", why)


def begin_export(program: str) -> Exporter | None:
    """Give spans to the collector that the environment names, if it names one."""
    url = os.environ.get(TRACES_ENDPOINT_VARIABLE, "")
    base = os.environ.get(ENDPOINT_VARIABLE, "")
    if not url and not base:
        return None
    service = os.environ.get(NAME_VARIABLE) or f"zerobar-{program}"
    headers = read_headers(os.environ.get(HEADERS_VARIABLE, ""))
    exporter = Exporter(url or base.rstrip("/") + _PATH, headers, service)
    exporter.start()
    give_spans_to(exporter.take)
    atexit.register(exporter.end)
    return exporter


def read_headers(text: str) -> dict[str, str]:
    """Read `name=value,name=value`, values percent-encoded; what is no pair is left out."""
    pairs = [pair.partition("=") for pair in text.split(",") if "=" in pair]
    return {name.strip(): unquote(value.strip()) for name, _, value in pairs}


def encode(spans: Sequence[Ended], service: str) -> bytes:
    """Return spans as the body of an ExportTraceServiceRequest."""
    resource: Facts = {
        "service.name": service,
        "service.version": __version__,
        "process.pid": os.getpid(),
    }
    scope = {"name": "zerobar", "version": __version__}
    told = {"scope": scope, "spans": [_span(span) for span in spans]}
    of_program = {"resource": {"attributes": _attributes(resource)}, "scopeSpans": [told]}
    return msgspec.json.encode({"resourceSpans": [of_program]})


def _span(span: Ended) -> dict[str, Any]:
    told = {
        **_place(span.place),
        "name": span.name,
        "kind": int(span.kind),
        "startTimeUnixNano": str(span.began_unix_ns),
        "endTimeUnixNano": str(span.ended_unix_ns),
        "attributes": _attributes(span.attributes),
        "links": [] if span.link is None else [_place(span.link)],
        "status": {"code": _ERROR} if span.failed else {},
    }
    return told | ({"parentSpanId": span.place.parent_id} if span.place.parent_id else {})


def _place(place: TraceContext) -> dict[str, Any]:
    told = {"traceId": place.trace_id, "spanId": place.span_id, "flags": _SAMPLED * place.sampled}
    return told | ({"traceState": place.state} if place.state else {})


def _attributes(named: Facts) -> list[dict[str, Any]]:
    return [{"key": name, "value": _value(value)} for name, value in named.items()]


def _value(value: str | int) -> dict[str, str]:
    # A 64-bit number is text in JSON, where numbers have 53 bits.
    return {"intValue" if isinstance(value, int) else "stringValue": str(value)}
