"""A wire between two programs that can lose an answer, or all of them.

with Wire(("127.0.0.1", 8000)) as wire:
    wire.lose_answer_to(b"POST /v1/loads")
    ...
    wire.lost.wait()
    wire.mend()
"""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from typing import Self

Address = tuple[str, int]
_CHUNK = 65_536


class Wire:
    """Listens, and passes everything on to a server; a context manager."""

    def __init__(self, server: Address | None) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._marker: bytes | None = None
        self._open: set[socket.socket] = set()
        self.lost = threading.Event()
        """Something was said in answer, and did not come through."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def lose_answer_to(self, marker: bytes) -> None:
        """Let the next that holds these bytes pass, and nothing back from then on."""
        self.lost.clear()
        self._marker = marker

    def mend(self) -> None:
        """Let everything pass, on new connections."""
        self._marker = None
        self._hang_up()

    def lead_to(self, server: Address | None) -> None:
        """Lead elsewhere from now on, on new connections; None: nowhere, so nobody answers."""
        self._server = server
        self.mend()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._hang_up()

    def _hang_up(self) -> None:
        for end in tuple(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        place = self._server
        if place is None:
            client.close()
            return
        with client, suppress(OSError), socket.create_connection(place, 5) as server:
            self._open |= {client, server}
            try:
                self._carry(client, server)
            finally:
                self._open -= {client, server}

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        """Carry one connection both ways until an end is gone."""
        deaf: set[socket.socket] = set()
        while True:
            for source in select.select([client, server], [], [])[0]:
                sink = server if source is client else client
                chunk = source.recv(_CHUNK)
                if not chunk:
                    return
                if source in deaf:
                    self.lost.set()
                    continue
                if self._marker is not None and self._marker in chunk:
                    deaf.add(sink)
                sink.sendall(chunk)
