"""Devices of the demo: a purse file served by a process of its own, seen by the holder's phone."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from zerobar.element import create_blank
from zerobar.reader import AntennaLink, CardLink, LinkError, PurseCard, VpcdLink

_START_AT_MOST_S: Final = 20.0
_STOP_AT_MOST_S: Final = 5.0
_ANTENNA: Final = re.compile(rb"antenna://([^\s]+):(\d+)")


class DeviceFailed(Exception):
    """A device's program did not start; the text holds what it said."""


class Device:
    """A phone or till: its purse in a file, a contact link, and an antenna.

    Args:
        name: of the file.
        folder: where it lies.
        slots: of the purse's log.
    """

    def __init__(self, name: str, folder: Path, slots: int) -> None:
        self.name = name
        self.path = folder / f"{name}.purse"
        self._slot = VpcdLink("127.0.0.1", 0)
        self.card = PurseCard(self._slot)
        """The purse as the device itself reaches it, on contact."""
        create_blank(self.path, slots)
        self._process: subprocess.Popen[bytes] | None = None
        self._antenna = ("", 0)
        self.power_up()

    def power_up(self) -> None:
        """Start the program that serves the purse."""
        host, port = self._slot.address
        arguments = ["--store", str(self.path), "--vpcd", f"{host}:{port}"]
        command = [sys.executable, "-m", "zerobar", "card", "serve", *arguments]
        self._process = subprocess.Popen(  # noqa: S603 - our own program and our own paths
            [*command, "--antenna", "127.0.0.1:0"], stdout=subprocess.PIPE
        )
        found = _ANTENNA.search(self._first_words())
        if found is None:
            raise DeviceFailed(f"{self.name}'s purse did not start")
        self._antenna = (found[1].decode(), int(found[2]))

    def in_field(self) -> CardLink:
        """Hold another device's reader to this one's antenna."""
        return AntennaLink(*self._antenna)

    def lose_power(self) -> None:
        """Kill the program at once, as when a battery is pulled."""
        assert self._process is not None
        self._process.kill()
        self._end()
        with suppress(LinkError):
            # The phone notices that its SIM is gone; the slot then waits for the next one.
            self.card.reset()

    def close(self) -> None:
        """Stop the program, and wait for it."""
        self._slot.close()
        if self._process is not None:
            self._process.terminate()
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        try:
            self._process.wait(_STOP_AT_MOST_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None

    def _first_words(self) -> bytes:
        """Return what the program says until it tells its antenna, or until it ends."""
        assert self._process is not None and self._process.stdout is not None
        output, said = self._process.stdout, b""
        until = time.monotonic() + _START_AT_MOST_S
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not _ANTENNA.search(said) and selector.select(until - time.monotonic()):
                read = os.read(output.fileno(), 4096)
                if not read:
                    break
                said += read
        return said
