"""A relay between a reader and an element that takes the card away after a given byte."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Self

TIMEOUT_S = 10


class Direction(Enum):
    TO_CARD = "to the card"
    TO_READER = "to the reader"


@dataclass(frozen=True)
class Tear:
    """Take the card away when this many bytes have passed in this direction."""

    direction: Direction
    after: int


class TearingRelay:
    """Forwards raw bytes; the next connection is torn as `tear_next` says, later ones are not.

    Attributes:
        passed: bytes forwarded in each direction on the last connection.
    """

    def __init__(self, card: tuple[str, int]) -> None:
        self._card = card
        self._tear: Tear | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self.passed = dict.fromkeys(Direction, 0)
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive()
        self._listener.close()

    def tear_next(self, tear: Tear) -> None:
        self._tear = tear

    def _serve(self) -> None:
        while True:
            try:
                reader, _ = self._listener.accept()
            except OSError:
                return
            tear, self._tear = self._tear, None
            # The card's side is closed first: when the reader sees the end, the card has it.
            with reader, socket.create_connection(self._card, TIMEOUT_S) as card:
                self._relay(reader, card, tear)

    def _relay(self, reader: socket.socket, card: socket.socket, tear: Tear | None) -> None:
        self.passed = dict.fromkeys(Direction, 0)
        with selectors.DefaultSelector() as selector:
            selector.register(reader, selectors.EVENT_READ, (Direction.TO_CARD, card))
            selector.register(card, selectors.EVENT_READ, (Direction.TO_READER, reader))
            while True:
                for key, _ in selector.select(TIMEOUT_S):
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    direction, target = key.data
                    if not self._forward(source.recv, target, direction, tear):
                        return

    def _forward(
        self,
        receive: Callable[[int], bytes],
        target: socket.socket,
        direction: Direction,
        tear: Tear | None,
    ) -> bool:
        """Forward what has come; return False when the connection has ended or is torn."""
        try:
            data = receive(65536)
            if tear is not None and tear.direction is direction:
                data = data[: tear.after - self.passed[direction]]
            target.sendall(data)
        except OSError:
            return False
        self.passed[direction] += len(data)
        is_torn = (
            tear is not None
            and tear.direction is direction
            and self.passed[direction] >= tear.after
        )
        return bool(data) and not is_torn
