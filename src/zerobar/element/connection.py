"""One TCP connection that carries frames, never blocking."""

from __future__ import annotations

import socket
from typing import Final

from zerobar.element.frames import FrameBuffer, frame

_READ_SIZE: Final = 8192


class ConnectionLost(Exception):
    """The other side closed the connection, or stopped reading."""


class Connection:
    """A connected socket: frames in, frames out.

    The caller reads when the socket is readable, and closes it after any exception.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self._buffer = FrameBuffer()
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._acknowledge_at_once()

    def read(self) -> bool:
        """Take in what has arrived; say if it was anything; raise ConnectionLost at the end."""
        self._acknowledge_at_once()
        try:
            data = self.socket.recv(_READ_SIZE)
        except BlockingIOError:
            return False
        except OSError as error:
            raise ConnectionLost(str(error)) from error
        if not data:
            raise ConnectionLost("closed by the other side")
        self._buffer.feed(data)
        return True

    def take(self) -> bytes | None:
        """Return the next whole body or None; raise FrameError as FrameBuffer.take does."""
        return self._buffer.take()

    def send(self, body: bytes) -> None:
        """Send a frame in one piece; raise ConnectionLost if the other side does not read."""
        data = frame(body)
        try:
            sent = self.socket.send(data)
        except OSError as error:
            raise ConnectionLost(str(error)) from error
        if sent != len(data):
            raise ConnectionLost("the other side does not read its answers")

    def close(self) -> None:
        """Close the socket; what was sent still arrives."""
        self.socket.close()

    def _acknowledge_at_once(self) -> None:
        # vpcd sends length and body apart and waits for our acknowledgement in between; a
        # delayed one would make every APDU take 40 ms. The kernel forgets it: say it each time.
        if hasattr(socket, "TCP_QUICKACK"):
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
