"""Cards made of a function: for what no purse would do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from zerobar.element import ATR
from zerobar.element.frames import Control, FrameBuffer, frame


class Parting(bytes):
    """Raw bytes to send before the connection is torn."""


Behaviour = Callable[[bytes], bytes | None]
"""From a frame's body to the raw bytes to send; None tears the connection."""


def as_card(answer: Callable[[bytes], bytes], atr: bytes = ATR) -> Behaviour:
    """Answer commands with framed answers, and the controls as a card does."""

    def behave(body: bytes) -> bytes:
        if body == bytes((Control.ATR,)):
            return frame(atr)
        return frame(answer(body)) if len(body) > 1 else b""

    return behave


def behaving_after_atr(behave: Behaviour) -> Behaviour:
    """Power up well, then meet every command with this."""
    return lambda body: frame(ATR) if body == bytes((Control.ATR,)) else _commands(behave, body)


def _commands(behave: Behaviour, body: bytes) -> bytes | None:
    return behave(body) if len(body) > 1 else b""


@contextmanager
def at_antenna(behave: Behaviour) -> Iterator[tuple[str, int]]:
    """Serve one field after the other; give the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connected, _ = listener.accept()
                except OSError:
                    return
                _serve(connected, behave)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@contextmanager
def in_slot(address: tuple[str, int], behave: Behaviour) -> Iterator[None]:
    """Insert a card that behaves so in the slot that listens there."""
    connected = socket.create_connection(address, 10)
    connected.settimeout(None)
    thread = threading.Thread(target=_serve, args=(connected, behave))
    thread.start()
    try:
        yield
    finally:
        # The other side may have been first.
        with suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(connected: socket.socket, behave: Behaviour) -> None:
    buffer = FrameBuffer()
    with connected:
        try:
            while data := connected.recv(65536):
                buffer.feed(data)
                while (body := buffer.take()) is not None:
                    answer = behave(body)
                    if answer is None:
                        return
                    connected.sendall(answer)
                    if isinstance(answer, Parting):
                        return
        except OSError:
            return
