"""The card in a vpcd slot: connects out to the reader daemon, and again whenever it is gone."""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
import time
from dataclasses import dataclass
from typing import Final

from zerobar.element.atr import ATR
from zerobar.element.connection import Connection, ConnectionLost
from zerobar.element.frames import Control, FrameError
from zerobar.element.shared import SharedApplet
from zerobar.purse.memory import PowerCut
from zerobar.purse.status import Status

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
"""Between attempts to connect: doubled each time up to the longest."""

OUT_OF_SLOT_S: Final = 0.8
"""After a tear: longer than the daemon's look at the slot every 0.4 s, so that it takes the card
for a newly inserted one and powers it."""

CONNECT_TIMEOUT_S: Final = 5.0
HELD_AT_MOST_S: Final = 5.0
"""How long a command waits for a field at the antenna to end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """A command that waits until the antenna's field is gone."""

    apdu: bytes
    until: float


class VpcdSlot:
    """A card inserted in the slot at (host, port), driven by a server's loop."""

    def __init__(
        self, shared: SharedApplet, host: str, port: int, selector: selectors.BaseSelector
    ) -> None:
        self._shared = shared
        self._address = (host, port)
        self._selector = selector
        self._connecting: socket.socket | None = None
        self._connection: Connection | None = None
        self._held: _Held | None = None
        self._act_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, on the monotonic clock; None: nothing is due."""
        if self._held is not None:
            return self._held.until
        return self._act_at if self._connection is None else None

    def tick(self, now: float) -> None:
        """Connect, give up connecting, or answer a held command, whatever is due."""
        if self._held is not None:
            self._answer_held(now)
        elif self._connection is None and now >= self._act_at:
            if self._connecting is None:
                self._connect(now)
            else:
                self._drop("no answer from the reader daemon")

    def close(self) -> None:
        """Take the card out of the slot."""
        self._drop("stopped")

    def _connect(self, now: float) -> None:
        self._act_at = now + CONNECT_TIMEOUT_S
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                *self._address, type=socket.SOCK_STREAM
            )[0]
            self._connecting = socket.socket(family, kind)
            self._connecting.setblocking(False)
            refused = self._connecting.connect_ex(address)
            if refused not in (0, errno.EINPROGRESS):
                raise OSError(refused, os.strerror(refused))
        except OSError as error:
            self._drop(str(error))
            return
        self._selector.register(self._connecting, selectors.EVENT_WRITE, self._on_connected)

    def _on_connected(self) -> None:
        assert self._connecting is not None
        error = self._connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            self._drop(os.strerror(error))
            return
        self._connection, self._connecting = Connection(self._connecting), None
        self._selector.modify(self._connection.socket, selectors.EVENT_READ, self._on_readable)
        _log.info("inserted in the slot at %s:%d", *self._address)

    def _on_readable(self) -> None:
        assert self._connection is not None
        try:
            self._connection.read()
            self._serve_frames()
        except (ConnectionLost, FrameError, PowerCut) as error:
            self._drop(str(error) or "power cut")

    def _serve_frames(self) -> None:
        while self._connection is not None and self._held is None:
            body = self._connection.take()
            if body is None:
                return
            if len(body) == 1:
                self._control(body[0])
            else:
                self._command(body)

    def _control(self, control: int) -> None:
        assert self._connection is not None
        match control:
            case Control.ATR:
                self._connection.send(ATR)
            case Control.ON | Control.RESET:
                self._shared.slot_on()
            case Control.OFF:
                self._shared.slot_off()
            case _:
                raise FrameError(f"control {control:02X} is unknown")

    def _command(self, apdu: bytes) -> None:
        if not self._shared.slot_powered:
            raise FrameError("a command without power")
        if self._shared.in_field:
            self._hold(_Held(apdu, time.monotonic() + HELD_AT_MOST_S))
        else:
            self._answer(self._shared.exchange(apdu))

    def _hold(self, held: _Held | None) -> None:
        """Keep a command back, and leave what follows it to the kernel's bounded buffer."""
        assert self._connection is not None
        self._held = held
        if held is not None:
            self._selector.unregister(self._connection.socket)
        else:
            self._selector.register(
                self._connection.socket, selectors.EVENT_READ, self._on_readable
            )

    def _answer_held(self, now: float) -> None:
        assert self._held is not None
        apdu = self._held.apdu
        if self._shared.in_field and now < self._held.until:
            return
        self._hold(None)
        try:
            busy = self._shared.in_field
            self._answer(_NOT_NOW if busy else self._shared.exchange(apdu))
            self._serve_frames()
        except (ConnectionLost, FrameError, PowerCut) as error:
            self._drop(str(error) or "power cut")

    def _answer(self, response: bytes) -> None:
        assert self._connection is not None
        self._connection.send(response)

    def _drop(self, reason: str) -> None:
        """Lose the connection, and with it the power; try again after a pause."""
        opened = self._connection.socket if self._connection is not None else self._connecting
        if opened is not None:
            if opened in self._selector.get_map():
                self._selector.unregister(opened)
            opened.close()
        if self._shared.slot_powered:
            self._shared.slot_off()
        was_in, pause_s = self._connection is not None, self._pause_s
        self._connection = self._connecting = self._held = None
        self._act_at = time.monotonic() + (OUT_OF_SLOT_S if was_in else pause_s)
        self._pause_s = FIRST_PAUSE_S if was_in else min(2 * pause_s, LONGEST_PAUSE_S)
        _log.info("out of the slot at %s:%d: %s", *self._address, reason)


_NOT_NOW: Final = Status.NOTHING_SELECTED.to_bytes(2)
