from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from zerobar.demo.stage.relay import Relay


class Greeter(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def relay() -> Iterator[Relay]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Relay(f"http://127.0.0.1:{server.server_port}") as relay:
            yield relay
        server.shutdown()


def test_a_relay_passes_on_what_is_asked_and_answered(relay: Relay) -> None:
    with httpx.Client(base_url=relay.url) as device:
        assert [device.get("/").text for _ in range(3)] == ["hello"] * 3


def test_a_silent_relay_breaks_what_is_open_and_answers_nothing_new(relay: Relay) -> None:
    with httpx.Client(base_url=relay.url) as device:
        assert device.get("/").text == "hello"
        relay.go_silent()
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                device.get("/")


def test_a_relay_that_comes_back_needs_nothing_from_the_device(relay: Relay) -> None:
    with httpx.Client(base_url=relay.url) as device:
        relay.go_silent()
        with pytest.raises(httpx.TransportError):
            device.get("/")
        relay.come_back()
        assert device.get("/").text == "hello"


def test_one_devices_silence_is_not_anothers(relay: Relay) -> None:
    with Relay(relay.url) as other, httpx.Client(base_url=relay.url) as device:
        other.go_silent()
        assert device.get("/").text == "hello"


def test_a_server_that_is_gone_is_no_answer() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server:
        address = f"http://127.0.0.1:{server.server_port}"
    with Relay(address) as relay, pytest.raises(httpx.TransportError):
        httpx.get(relay.url)
