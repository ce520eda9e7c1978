"""One TCP connection that carries PDUs both ways."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Final

from zerobar.telecom.smpp import pdus

SEND_TIMEOUT_S: Final = 10.0


class StreamClosed(Exception):
    """The peer is gone."""

    def __init__(self) -> None:
        super().__init__("the connection is cut")


class Silence(Exception):
    """Nothing has come for as long as was waited, not even the beginning of a PDU."""

    def __init__(self) -> None:
        super().__init__("nothing comes")


class Stream:
    """PDUs over a connected socket; one thread reads, any may write.

    Args:
        connection: is closed with it.
        patience_s: how long a PDU may take to come, and how long to wait for one to begin.
    """

    def __init__(self, connection: socket.socket, patience_s: float) -> None:
        self._socket = connection
        self._socket.settimeout(patience_s)
        self._lock = threading.Lock()

    def read(self) -> pdus.Pdu:
        """Return the next PDU; raises Silence, StreamClosed, PduRefused or PduNotUnderstood."""
        return pdus.parse(pdus.read_frame(self._receive))

    def write(self, raw: bytes) -> None:
        """Send a PDU; raises StreamClosed."""
        with self._lock:
            try:
                self._socket.sendall(raw)
            except OSError:
                raise StreamClosed from None

    def close(self) -> None:
        """End the connection, whoever waits for it."""
        with suppress(OSError):  # the peer was quicker
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _receive(self, many: int) -> bytes:
        received = bytearray()
        while len(received) < many:
            try:
                part = self._socket.recv(many - len(received))
            except TimeoutError:
                # Half a PDU is no silence: what follows could not be understood any more.
                if many == 4 and not received:
                    raise Silence from None
                raise StreamClosed from None
            except OSError:
                raise StreamClosed from None
            if not part:
                raise StreamClosed
            received += part
        return bytes(received)
