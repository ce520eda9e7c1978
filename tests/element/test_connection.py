from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from zerobar.element.connection import Connection, ConnectionLost


class SlowSocket(socket.socket):
    """A socket whose other side hardly reads."""

    def send(self, data: object, flags: int = 0, /) -> int:
        return 1


@pytest.fixture
def pair() -> Iterator[tuple[SlowSocket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener, SlowSocket() as ours:
        ours.connect(listener.getsockname())
        theirs, _ = listener.accept()
        with theirs:
            yield ours, theirs


def test_a_reader_that_does_not_read_is_lost(pair: tuple[SlowSocket, socket.socket]) -> None:
    with pytest.raises(ConnectionLost, match="does not read"):
        Connection(pair[0]).send(b"answer")


def test_nothing_to_read_is_no_end_but_an_end_is(pair: tuple[SlowSocket, socket.socket]) -> None:
    connection = Connection(pair[0])
    assert connection.read() is False
    assert connection.take() is None
    pair[1].close()
    pair[0].settimeout(10)
    with pytest.raises(ConnectionLost, match="closed by the other side"):
        connection.read()
