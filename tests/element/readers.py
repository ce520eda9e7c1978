"""The other side of an element: a slot as vpcd has it, and a reader at an antenna, byte by byte."""

from __future__ import annotations

import socket
from typing import Self

from zerobar.element.frames import Control, frame

TIMEOUT_S = 10


class RawReader:
    """A connected socket that speaks frames, and can break off anywhere."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        connected.settimeout(TIMEOUT_S)

    @classmethod
    def at(cls, address: tuple[str, int]) -> Self:
        return cls(socket.create_connection(address, TIMEOUT_S))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def tell(self, body: bytes) -> None:
        self.socket.sendall(frame(body))

    def control(self, control: Control) -> None:
        self.tell(bytes((control,)))

    def hear(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(2)))

    def ask(self, body: bytes) -> bytes:
        self.tell(body)
        return self.hear()

    def is_closed(self) -> bool:
        """Wait for the other side to close, without having said anything more."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _exactly(self, length: int) -> bytes:
        received = b""
        while len(received) < length:
            part = self.socket.recv(length - len(received))
            assert part, "closed"
            received += part
        return received


class RawSlot:
    """Listens as vpcd does, one card at a time; can go away and come back on the same port."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(TIMEOUT_S)
        self.address: tuple[str, int] = self._listener.getsockname()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def card(self) -> RawReader:
        """Wait for a card to insert itself."""
        connected, _ = self._listener.accept()
        return RawReader(connected)

    def powered_card(self) -> RawReader:
        card = self.card()
        card.control(Control.ON)
        # Power has no answer of its own; what follows it has.
        card.ask(bytes((Control.ATR,)))
        return card

    def go_away(self) -> None:
        self._listener.close()

    def come_back(self) -> None:
        self._listener = socket.create_server(self.address)
        self._listener.settimeout(TIMEOUT_S)
