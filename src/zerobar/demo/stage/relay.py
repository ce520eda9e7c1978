"""A device's road to the bank: a small relay of its own, which can go silent as a basement does.

Nothing that uses it is told so: connections break, and new ones get no answer.

    with Relay("http://127.0.0.1:8000") as relay:
        bank = BankHttp(relay.url)
        relay.go_silent()
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Final, Self
from urllib.parse import urlsplit

_CHUNK: Final = 65_536
_CONNECT_AT_MOST_S: Final = 5.0
SILENCE_S: Final = 0.1
"""How long a connection is held without an answer before it breaks."""


class Relay:
    """Passes bytes on to a server, or does not; a context manager.

    Args:
        server_url: `http://host:port`.

    Attributes:
        url: where to ask instead.
    """

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        assert parts.hostname is not None and parts.port is not None
        self._server = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._ends: set[socket.socket] = set()
        self._silent = False
        self._closing = threading.Event()
        threading.Thread(target=self._listen, name="relay", daemon=True).start()

    def go_silent(self) -> None:
        """Break every connection, and answer no new one."""
        with self._lock:
            self._silent = True
            for end in self._ends:
                _break(end)

    def come_back(self) -> None:
        """Pass bytes on again."""
        with self._lock:
            self._silent = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Break everything and listen no more."""
        self._closing.set()
        _break(self._listener)
        self._listener.close()
        self.go_silent()

    def _listen(self) -> None:
        while True:
            try:
                device, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(device,), daemon=True).start()

    def _serve(self, device: socket.socket) -> None:
        """Pass on what a device and the server say, until either ends."""
        with device:
            if self._silent:
                self._closing.wait(SILENCE_S)
                return
            try:
                server = socket.create_connection(self._server, _CONNECT_AT_MOST_S)
            except OSError:
                return
            with server:
                # The patience was for connecting: a quiet connection is not a broken one.
                server.settimeout(None)
                self._pass_on(device, server)

    def _pass_on(self, device: socket.socket, server: socket.socket) -> None:
        with self._lock:
            if self._silent:
                return
            self._ends |= {device, server}
        back = threading.Thread(target=_copy, args=(server, device), daemon=True)
        back.start()
        _copy(device, server)
        back.join()
        with self._lock:
            self._ends -= {device, server}


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy until the end of what there is, then let both sides know it."""
    with suppress(OSError):
        while read := source.recv(_CHUNK):
            target.sendall(read)
    _break(source)
    _break(target)


def _break(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
