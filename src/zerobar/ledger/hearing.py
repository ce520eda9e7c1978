"""Reading answers off a connection: in a thread, or on an event loop.

A thread that reads has to be woken for each answer, and then to wake the loop that it is for. Where
nearly all who ask are on one loop, the loop reads by itself.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import msgspec

from zerobar.ledger.wire import BadFrame, FrameReader

_BROKEN = (OSError, BadFrame, msgspec.MsgspecError)
_log = logging.getLogger(__name__)


class Hearing:
    """What comes over one connection, until it ends; it is shut down by whoever sends.

    Args:
        connection: a descriptor of our own is made of it, which ends with this.
        heard: called with each frame.
        ended: called once, after the last frame.
    """

    def __init__(
        self,
        connection: socket.socket,
        heard: Callable[[bytes], None],
        ended: Callable[[Hearing], None],
    ) -> None:
        self._socket = connection.dup()
        self._frames = FrameReader(self._socket)
        self._heard = heard
        self._ended = ended
        self._is_for_loop = False
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read on a loop that runs; from any thread."""
        self._is_for_loop = True
        loop.call_soon_threadsafe(self._join, loop)

    def begin_in_thread(self) -> None:
        """Read in a thread."""
        threading.Thread(target=self._read_all, name="ledger-answers", daemon=True).start()

    def leave_loop(self) -> None:
        """Go on in a thread, unless it is in one or has ended; called on the loop."""
        if self._is_for_loop:
            self._forget_loop()
            self.begin_in_thread()

    def _join(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._is_for_loop:
            self._loop = loop
            loop.add_reader(self._socket.fileno(), self._read_ready)

    def _forget_loop(self) -> None:
        self._is_for_loop = False
        if self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._loop = None

    def _read_all(self) -> None:
        try:
            while (frame := self._frames.next()) is not None:
                self._heard(frame)
        except _BROKEN as error:
            _log.warning("answers are asked for again: %s", type(error).__name__)
        finally:
            self._end()

    def _read_ready(self) -> None:
        """Read what has come; called on the loop."""
        goes_on = False
        try:
            is_open = self._frames.receive(socket.MSG_DONTWAIT)
            while (frame := self._frames.taken()) is not None:
                self._heard(frame)
            goes_on = is_open
        except BlockingIOError:
            goes_on = True
        except _BROKEN as error:
            _log.warning("answers are asked for again: %s", type(error).__name__)
        finally:
            if not goes_on:
                self._end()

    def _end(self) -> None:
        self._forget_loop()
        with suppress(OSError):
            # Nobody reads any more, so whoever writes there is to notice.
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._ended(self)
