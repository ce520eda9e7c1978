"""Reaching a card by what the user typed: a purse file, a reader, an antenna."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from zerobar.element import FileMemory
from zerobar.purse.applet import Applet
from zerobar.purse.purse import Interface
from zerobar.reader import CardLink, FileTarget, InProcessLink, PurseCard, parse_target


class FileLink(CardLink):
    """The purse in a file, which this process holds until the link is closed."""

    def __init__(self, path: Path, interface: Interface) -> None:
        self.memory = FileMemory(path)
        self._link = InProcessLink(Applet(self.memory, os.urandom), interface)

    def exchange(self, apdu: bytes) -> bytes:
        """Let the purse execute a command."""
        return self._link.exchange(apdu)

    def reset(self) -> None:
        """Power the purse off and on."""
        self._link.reset()

    def close(self) -> None:
        """Power the purse off and release the file."""
        self._link.close()
        self.memory.close()


def open_link(address: str, interface: Interface = Interface.CONTACT) -> CardLink:
    """Open the card at an address; a reader or antenna decides the interface itself."""
    target = parse_target(address)
    if isinstance(target, FileTarget):
        return FileLink(target.path, interface)
    return target.open()


@contextmanager
def card_at(address: str) -> Iterator[PurseCard]:
    """Hold the card at an address, on contact where the address allows it."""
    with open_link(address) as link:
        yield PurseCard(link)


def in_field(address: str) -> Callable[[], CardLink]:
    """Return what brings the card at an address into a field, each time it is called."""
    return lambda: open_link(address, Interface.CONTACTLESS)
