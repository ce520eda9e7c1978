"""Applets that are no purses: for tests of what carries bytes."""

from __future__ import annotations

from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size

OK = bytes.fromhex("9000")


class EchoApplet(Applet):
    """Answers every command with itself, and remembers what happened to its power."""

    def __init__(self) -> None:
        super().__init__(Memory(bytes(memory_size(4))), bytes)
        self.power: list[Interface | None] = []

    def power_on(self, interface: Interface) -> None:
        self.power.append(interface)

    def power_off(self) -> None:
        self.power.append(None)

    def exchange(self, apdu: bytes) -> bytes:
        assert self.power and self.power[-1] is not None, "no power"
        return apdu + OK


class OtherApplet(EchoApplet):
    """Some other card: knows no command that we know."""

    def exchange(self, apdu: bytes) -> bytes:
        super().exchange(apdu)
        return bytes.fromhex("6D00")
