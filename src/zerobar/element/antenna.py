"""The card's antenna: a reader that connects is a field, one at a time."""

from __future__ import annotations

import logging
import selectors
import socket
import time
from typing import Final

from zerobar.element.atr import ATR
from zerobar.element.connection import Connection, ConnectionLost
from zerobar.element.errors import AntennaUnavailable
from zerobar.element.frames import Control, FrameError
from zerobar.element.shared import SharedApplet
from zerobar.purse.memory import PowerCut

FIELD_IDLE_AT_MOST_S: Final = 30.0
"""A reader that asks nothing for so long loses the card, which its owner may need."""

_BACKLOG: Final = 8
_LAST_READS: Final = 8
_log = logging.getLogger(__name__)


class Antenna:
    """Listens on (host, port), driven by a server's loop.

    Raises AntennaUnavailable if the address cannot be had. Port 0 lets the system choose.
    """

    def __init__(
        self, shared: SharedApplet, host: str, port: int, selector: selectors.BaseSelector
    ) -> None:
        self._shared = shared
        self._selector = selector
        self._field: Connection | None = None
        self._field_until = 0.0
        try:
            self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        except OSError as error:
            raise AntennaUnavailable(host, port, error.strerror or str(error)) from error
        self._listener.setblocking(False)
        selector.register(self._listener, selectors.EVENT_READ, self._on_reader)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that readers connect to."""
        host, port = self._listener.getsockname()[:2]
        return str(host), int(port)

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, on the monotonic clock; None: nothing is due."""
        return self._field_until if self._field is not None else None

    def tick(self, now: float) -> None:
        """End a field that has been idle for too long."""
        if self._field is not None and now >= self._field_until:
            self._end_field("the reader was idle")

    def close(self) -> None:
        """End the field and stop listening."""
        self._end_field("stopped")
        self._selector.unregister(self._listener)
        self._listener.close()

    def _on_reader(self) -> None:
        # The present field may have ended in this very moment: a reader that taps again must
        # not be told that it is in its own way. What it said last stands before its end.
        for _ in range(_LAST_READS):
            if not self._serve_field():
                break
        try:
            connected, _ = self._listener.accept()
        except OSError:
            return
        if self._field is None:
            self._begin_field(Connection(connected))
        else:
            _turn_away(Connection(connected))

    def _begin_field(self, field: Connection) -> None:
        self._field = field
        self._field_until = time.monotonic() + FIELD_IDLE_AT_MOST_S
        self._selector.register(field.socket, selectors.EVENT_READ, self._on_readable)
        self._shared.field_on()
        _log.info("field on")

    def _on_readable(self) -> None:
        self._serve_field()

    def _serve_field(self) -> bool:
        """Read once and answer what is whole; say whether there may be more to read."""
        if self._field is None:
            return False
        try:
            more = self._field.read()
            while (body := self._field.take()) is not None:
                self._field.send(self._answer(body))
                self._field_until = time.monotonic() + FIELD_IDLE_AT_MOST_S
        except (ConnectionLost, FrameError, PowerCut) as error:
            self._end_field(str(error) or "power cut")
            return False
        return more

    def _answer(self, body: bytes) -> bytes:
        if len(body) > 1:
            return self._shared.exchange(body)
        if body[0] != Control.ATR:
            raise FrameError(f"control {body[0]:02X} is not for an antenna")
        return ATR

    def _end_field(self, reason: str) -> None:
        if self._field is None:
            return
        self._selector.unregister(self._field.socket)
        self._field.close()
        self._field = None
        self._shared.field_off()
        _log.info("field off: %s", reason)


def _turn_away(reader: Connection) -> None:
    """Tell a second reader that the card is in another field."""
    try:
        reader.send(bytes((Control.BUSY,)))
    except ConnectionLost:
        _log.debug("a second reader left before it was told")
    reader.close()
