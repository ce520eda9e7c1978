"""`python -m bench.card`: a purse in a process of its own, which also echoes over the same link."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from bench.purses import contents
from zerobar.element import FileMemory, serve
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.status import Status

_ECHO_CLASS: Final = 0xB0


class EchoingApplet(Applet):
    """A purse that answers one more class at once, with as many bytes as it is told."""

    def exchange(self, apdu: bytes) -> bytes:
        if apdu[0] != _ECHO_CLASS:
            return super().exchange(apdu)
        return bytes(int.from_bytes(apdu[2:4])) + Status.OK.to_bytes(2)


def echo_command(sent: int, received: int) -> bytes:
    """A command of `sent` bytes that is answered with `received`, the status word included."""
    data = sent - 6
    return bytes((_ECHO_CLASS, 0)) + (received - 2).to_bytes(2) + bytes((data,)) + bytes(data + 1)


@contextmanager
def opened(purse: Path, *, in_memory: bool) -> Iterator[Memory]:
    """The purse's memory: a copy in RAM, or the file, with an fsync for every commit."""
    if in_memory:
        yield Memory(contents(purse))
        return
    with closing(FileMemory(purse)) as memory:
        yield memory


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("purse", type=Path)
    parser.add_argument("--port", type=int, required=True, help="of the slot to insert it in")
    parser.add_argument("--in-memory", action="store_true")
    parser.add_argument("--contactless", action="store_true")
    given = parser.parse_args()
    with opened(given.purse, in_memory=given.in_memory) as memory:
        applet = EchoingApplet(memory, os.urandom)
        serve(applet, vpcd=("127.0.0.1", given.port), contactless=given.contactless)


if __name__ == "__main__":
    main()
