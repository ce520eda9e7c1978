"""A purse file served by a process of its own, as a SIM answers apart from its phone's program."""

from __future__ import annotations

import os
import re
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Final, Self

from zerobar.demo.narrator import Deviation
from zerobar.purse.messages import Certificate, State
from zerobar.purse.money import Fen
from zerobar.reader import AntennaLink, CardLink, LinkError, PurseCard, VpcdLink

_START_AT_MOST_S: Final = 20.0
_STOP_AT_MOST_S: Final = 5.0
_NONCE_LENGTH: Final = 8
_ANTENNA: Final = re.compile(rb"antenna://([^\s]+):(\d+)")


class PurseFailed(Deviation):
    """A purse's program did not start; the text holds what it said."""


class ServedPurse:
    """A purse in a file, its program, a contact slot, and an antenna; a context manager.

    Args:
        path: of the file; it is a purse already.

    Attributes:
        path: of the file.
        antenna: its address, which is another one after each `power_up`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.antenna = ("", 0)
        self._slot = VpcdLink("127.0.0.1", 0)
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.power_up()
            self.certificate = self._certificate()
            """The purse's own."""
        except BaseException:
            self.close()
            raise

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
            raise PurseFailed(f"the purse in {self.path} did not start")
        self.antenna = (found[1].decode(), int(found[2]))

    @property
    def id(self) -> bytes:
        """8 bytes."""
        return self.certificate.id

    def in_field(self) -> CardLink:
        """Hold another device's reader to this one's antenna."""
        return AntennaLink(*self.antenna)

    def on_contact(self) -> CardLink:
        """Power the purse in its own slot; closing the link leaves it there."""
        try:
            self._slot.reset()
        except LinkError:
            # It was taken out since; the one that is put in now counts.
            self._slot.reset()
        return _Borrowed(self._slot)

    def state(self) -> State:
        """Return the purse's signed state."""
        with self.on_contact() as link:
            return PurseCard(link).state(os.urandom(_NONCE_LENGTH))

    def balance(self) -> Fen:
        """Return what the purse says it can pay."""
        return self.state().balance

    def lose_power(self) -> None:
        """Kill the program at once, as when a battery is pulled."""
        assert self._process is not None
        self._process.kill()
        self._end()

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

    def _certificate(self) -> Certificate:
        with self.on_contact() as link:
            return PurseCard(link).get_certificate()

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


class _Borrowed(CardLink):
    """A slot for one user: when that one is done, the purse stays in it."""

    def __init__(self, slot: VpcdLink) -> None:
        self._slot = slot

    def exchange(self, apdu: bytes) -> bytes:
        return self._slot.exchange(apdu)

    def reset(self) -> None:
        self._slot.reset()

    def close(self) -> None:
        return None
