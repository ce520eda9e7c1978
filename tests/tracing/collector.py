"""A collector of spans: what OpenTelemetry's would take, over HTTP as JSON."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
PATIENCE_S = 30.0


class Collector:
    """Keeps what it is brought.

    Attributes:
        url: its base, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it.
        answer: the status that it answers with.
    """

    def __init__(self) -> None:
        self.answer = 200
        self.headers: list[dict[str, str]] = []
        self._bodies: list[Json] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def spans(self) -> list[Json]:
        """All that was brought, each with its program as `service` and its process as `pid`."""
        with self._changed:
            return [span for body in self._bodies for span in _spans(body)]

    def wait_for(self, has_come: Callable[[list[Json]], bool]) -> list[Json]:
        """Wait until what has come is enough, and return it."""
        until = time.monotonic() + PATIENCE_S
        while not has_come(self.spans()) and time.monotonic() < until:
            with self._changed:
                self._changed.wait(0.2)
        return self.spans()

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        assert path == "/v1/traces" and headers["content-type"] == "application/json"
        with self._changed:
            self.headers.append(headers)
            if self.answer == 200:
                self._bodies.append(json.loads(body))
            self._changed.notify_all()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                collector._take(self.path, headers, body)
                self.send_response(collector.answer)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                del format, args

        return Handler


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector."""
    collector = Collector()
    thread = threading.Thread(target=collector._server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        collector._server.shutdown()
        thread.join()
        collector._server.server_close()


def _spans(body: Json) -> Iterator[Json]:
    for of_program in body["resourceSpans"]:
        named = attributes(of_program["resource"])
        for scope in of_program["scopeSpans"]:
            for span in scope["spans"]:
                yield span | {"service": named["service.name"], "pid": named["process.pid"]}


def attributes(of: Json) -> dict[str, str]:
    """What is said of a span, by its names."""
    return {each["key"]: next(iter(each["value"].values())) for each in of["attributes"]}
