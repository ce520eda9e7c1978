"""Frames of the vpcd protocol over a TCP connection: question, then answer, each in time.

A frame is a 2-byte big-endian length and a body; a body of one byte is a control.
"""

from __future__ import annotations

import socket
import time
from enum import IntEnum
from typing import Final

from zerobar.reader.errors import BadAnswer, CardTorn, LinkTimeout

MAX_BODY: Final = 4096
_LENGTH_BYTES: Final = 2


class Control(IntEnum):
    """Bodies of one byte: all but BUSY go to the card, and only ATR is answered."""

    OFF = 0x00
    ON = 0x01
    RESET = 0x02
    ATR = 0x04
    BUSY = 0x10


class FrameSocket:
    """A connected socket that asks and waits for the answer.

    Args:
        connected: the socket; owned from now on.
        timeout_ms: for one answer.
    """

    def __init__(self, connected: socket.socket, timeout_ms: int) -> None:
        self._socket = connected
        self._timeout_ms = timeout_ms
        connected.settimeout(timeout_ms / 1000)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def tell(self, body: bytes) -> None:
        """Send a frame that has no answer; raise CardTorn or LinkTimeout."""
        assert 1 <= len(body) <= MAX_BODY
        try:
            self._socket.sendall(len(body).to_bytes(_LENGTH_BYTES) + body)
        except TimeoutError:
            raise LinkTimeout(self._timeout_ms) from None
        except OSError as error:
            raise CardTorn from error

    def ask(self, body: bytes) -> bytes:
        """Send a frame and return the answer's body.

        Raises CardTorn when the connection ends, LinkTimeout, or BadAnswer for what is no
        frame.
        """
        self.tell(body)
        return self.hear()

    def hear(self) -> bytes:
        """Return the body of the next frame; raise as `ask` does."""
        deadline = time.monotonic() + self._timeout_ms / 1000
        received = self._receive(bytearray(), _LENGTH_BYTES, deadline)
        length = int.from_bytes(received[:_LENGTH_BYTES])
        if not 1 <= length <= MAX_BODY:
            raise BadAnswer(f"a frame of {length} bytes")
        received = self._receive(received, _LENGTH_BYTES + length, deadline)
        if len(received) > _LENGTH_BYTES + length:
            raise BadAnswer("bytes follow the answer")
        return bytes(received[_LENGTH_BYTES:])

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _receive(self, received: bytearray, at_least: int, deadline: float) -> bytearray:
        while len(received) < at_least:
            received += self._receive_some(deadline)
        return received

    def _receive_some(self, deadline: float) -> bytes:
        left_s = deadline - time.monotonic()
        try:
            if left_s <= 0:
                raise TimeoutError
            self._socket.settimeout(left_s)
            # Else the kernel may sit on our acknowledgement while the card waits for it to
            # send the rest, 40 ms each time. It forgets this setting: say it before each read.
            if hasattr(socket, "TCP_QUICKACK"):
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            data = self._socket.recv(_LENGTH_BYTES + MAX_BODY)
        except TimeoutError:
            raise LinkTimeout(self._timeout_ms) from None
        except OSError as error:
            raise CardTorn from error
        if not data:
            raise CardTorn
        return data
