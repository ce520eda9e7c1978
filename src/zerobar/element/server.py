"""Serves one purse on a reader's slot, on an antenna, or on both.

One loop in one thread reads, answers and waits: so commands of both interfaces are executed
one after the other, and nothing needs a lock.
"""

from __future__ import annotations

import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self

from zerobar.element.antenna import Antenna
from zerobar.element.errors import AntennaUnavailable
from zerobar.element.shared import SharedApplet
from zerobar.element.slot import VpcdSlot
from zerobar.purse.applet import Applet
from zerobar.purse.purse import Interface

Address = tuple[str, int]
"""Host and port."""


class ElementServer:
    """A purse in a reader's slot and at an antenna, until `stop`.

    Args:
        applet: the purse; it is powered on and off by the readers.
        vpcd: where the reader daemon's slot listens; connected to again whenever it is gone.
        contactless: the slot is a contactless reader, not a contact one.
        antenna: where to listen for fields; port 0 lets the system choose.

    Raises AntennaUnavailable if the antenna's address cannot be had.
    """

    def __init__(
        self,
        applet: Applet,
        *,
        vpcd: Address | None = None,
        contactless: bool = False,
        antenna: Address | None = None,
    ) -> None:
        assert vpcd is not None or antenna is not None
        interface = Interface.CONTACTLESS if contactless else Interface.CONTACT
        shared = SharedApplet(applet, interface)
        self._stopping = False
        self._selector = selectors.DefaultSelector()
        self._wake_end, self._woken_end = socket.socketpair()
        self._selector.register(self._woken_end, selectors.EVENT_READ, self._on_woken)
        self._ends: list[Antenna | VpcdSlot] = []
        try:
            self._antenna = Antenna(shared, *antenna, self._selector) if antenna else None
        except AntennaUnavailable:
            self._close()
            raise
        slot = VpcdSlot(shared, *vpcd, self._selector) if vpcd else None
        # The antenna first: what waits for a field to end is answered in the same round.
        self._ends = [end for end in (self._antenna, slot) if end is not None]

    @property
    def antenna_address(self) -> Address | None:
        """Where the antenna listens, with the port that the system chose."""
        return self._antenna.address if self._antenna else None

    def run(self) -> None:
        """Serve until `stop`, then close everything.

        Raises StorageFailed when the purse's disk fails; nothing is answered after that.
        """
        try:
            while not self._stopping:
                self._serve_once()
        finally:
            self._close()

    def stop(self) -> None:
        """Make `run` return soon; may be called from any thread and from a signal handler."""
        self._stopping = True
        try:
            self._wake_end.send(b"\0")
        except OSError:
            return  # Already closed: nothing is left to wake.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve_once(self) -> None:
        for key, _ in self._selector.select(self._patience_s()):
            key.data()
        now = time.monotonic()
        for end in self._ends:
            end.tick(now)

    def _patience_s(self) -> float | None:
        due = [end.deadline for end in self._ends if end.deadline is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _on_woken(self) -> None:
        self._woken_end.recv(64)

    def _close(self) -> None:
        for end in self._ends:
            end.close()
        self._selector.close()
        self._wake_end.close()
        self._woken_end.close()


def serve(
    applet: Applet,
    *,
    vpcd: Address | None = None,
    contactless: bool = False,
    antenna: Address | None = None,
    on_ready: Callable[[ElementServer], None] | None = None,
) -> None:
    """Serve a purse as ElementServer does, until SIGTERM or SIGINT; for a main thread.

    Args:
        on_ready: called once, when readers can be answered.
    """
    server = ElementServer(applet, vpcd=vpcd, contactless=contactless, antenna=antenna)
    with _stopped_by_signals(server):
        if on_ready is not None:
            on_ready(server)
        server.run()


@contextmanager
def _stopped_by_signals(server: ElementServer) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
