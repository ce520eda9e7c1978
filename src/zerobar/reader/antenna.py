"""A link to a card's antenna over TCP: to connect is to bring the card into the field."""

from __future__ import annotations

import socket
from typing import Final

from zerobar.reader.errors import BadAnswer, CardTorn, FieldBusy, LinkError, LinkTimeout, NoCard
from zerobar.reader.frames import Control, FrameSocket
from zerobar.reader.link import CardLink

DEFAULT_TIMEOUT_MS: Final = 10_000


class AntennaLink(CardLink):
    """A field around the antenna at (host, port); closing it takes the field away.

    Args:
        timeout_ms: for connecting, and for each answer.

    Raises NoCard when nothing listens or answers there, FieldBusy when another field has the card.

    Attributes:
        atr: what the card answered when the field came on.
    """

    def __init__(self, host: str, port: int, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> None:
        self._address = (host, port)
        self._timeout_ms = timeout_ms
        self._closed = False
        self._field: FrameSocket | None = None
        self.atr = self._field_on()

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command through the field; a failure ends the field."""
        assert not self._closed
        if self._field is None:
            raise CardTorn
        try:
            return self._field.ask(apdu)
        except (LinkError, BadAnswer):
            self._field_off()
            raise

    def reset(self) -> None:
        """Take the field away and bring it back."""
        assert not self._closed
        self._field_off()
        self.atr = self._field_on()

    def close(self) -> None:
        """Take the field away."""
        self._closed = True
        self._field_off()

    def _field_on(self) -> bytes:
        try:
            connected = socket.create_connection(self._address, self._timeout_ms / 1000)
        except TimeoutError:
            raise LinkTimeout(self._timeout_ms) from None
        except OSError as error:
            raise NoCard from error
        self._field = FrameSocket(connected, self._timeout_ms)
        try:
            # Connecting alone proves nothing: the answer to reset tells an own field from
            # one that has to wait its turn.
            try:
                atr = self._field.ask(bytes((Control.ATR,)))
            except CardTorn as error:
                # Nothing was asked of a card yet: a reader that has none ends the connection.
                raise NoCard from error
            if atr == bytes((Control.BUSY,)):
                raise FieldBusy
        except BaseException:
            self._field_off()
            raise
        return atr

    def _field_off(self) -> None:
        if self._field is not None:
            self._field.close()
            self._field = None
