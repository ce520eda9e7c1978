"""A link that listens in the place of a vpcd reader slot, without any daemon."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Final

from zerobar.reader.errors import BadAnswer, LinkError, NoCard, SlotUnavailable
from zerobar.reader.frames import Control, FrameSocket
from zerobar.reader.link import CardLink

DEFAULT_TIMEOUT_MS: Final = 10_000
_ONE_SLOT: Final = 1


class VpcdLink(CardLink):
    """A reader slot at (host, port) into which a virtual card inserts itself by connecting.

    The card is waited for at the first command, or in `wait_for_card`.

    Args:
        timeout_ms: for the card to connect, and for each answer.

    Raises SlotUnavailable when the address cannot be listened on. Port 0 lets the system choose.

    Attributes:
        atr: what the card answered to its reset; empty before there was a card.
    """

    def __init__(self, host: str, port: int, timeout_ms: int = DEFAULT_TIMEOUT_MS) -> None:
        self._timeout_ms = timeout_ms
        try:
            self._listener = socket.create_server((host, port), backlog=_ONE_SLOT)
        except OSError as error:
            raise SlotUnavailable(host, port) from error
        self._listener.settimeout(timeout_ms / 1000)
        self._closed = False
        self._card: FrameSocket | None = None
        self.atr = b""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that a card connects to."""
        host, port = self._listener.getsockname()[:2]
        return str(host), int(port)

    def wait_for_card(self) -> None:
        """Return once a card is inserted and powered; raise NoCard if none comes in time."""
        assert not self._closed
        if self._card is None:
            self._insert()

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command; a card that fails is out of the slot."""
        self.wait_for_card()
        assert self._card is not None
        try:
            return self._card.ask(apdu)
        except (LinkError, BadAnswer):
            self._eject()
            raise

    def reset(self) -> None:
        """Reset the card, or wait for one if it is gone."""
        if self._card is None:
            self.wait_for_card()
        else:
            self._power(Control.RESET)

    def close(self) -> None:
        """Power the card off and close the slot."""
        if self._card is not None:
            with suppress(LinkError):
                self._card.tell(bytes((Control.OFF,)))
        self._eject()
        self._listener.close()
        self._closed = True

    def _insert(self) -> None:
        try:
            connected, _ = self._listener.accept()
        except TimeoutError:
            raise NoCard from None
        self._card = FrameSocket(connected, self._timeout_ms)
        self._power(Control.ON)

    def _power(self, control: Control) -> None:
        assert self._card is not None
        try:
            self._card.tell(bytes((control,)))
            self.atr = self._card.ask(bytes((Control.ATR,)))
        except (LinkError, BadAnswer):
            self._eject()
            raise

    def _eject(self) -> None:
        if self._card is not None:
            self._card.close()
            self._card = None
