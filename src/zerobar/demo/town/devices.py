"""Cards, phones and tills as programs: a card goes on answering while its device is stopped."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from zerobar.demo.town.ports import free_port
from zerobar.demo.town.programs import HttpProgram, Program
from zerobar.serving.programs import LOOPBACK


class CardProgram(Program):
    """A purse in a file: in a device's slot, and at an antenna if it has one.

    Args:
        path: of the file; it is a purse already.
        slot: the port at which the device listens for its card; None: it is in no device.

    Attributes:
        antenna: host and port, for the field of whoever reads it.
    """

    def __init__(self, path: Path, slot: int | None) -> None:
        super().__init__(path.stem, path.parent)
        self.path = path
        self._slot = slot
        self.antenna = (LOOPBACK, self.port)

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        where = ["--store", str(self.path), "--antenna", f"{LOOPBACK}:{self.port}"]
        in_slot = [] if self._slot is None else ["--vpcd", f"{LOOPBACK}:{self._slot}"]
        return ["card", "serve", *where, *in_slot]

    def answers(self) -> bool:
        """Try whether a field at its antenna begins."""
        try:
            socket.create_connection(self.antenna, timeout=5).close()
        except OSError:
            return False
        return True


class DeviceProgram(HttpProgram):
    """The program of a phone or till, which listens for its own card at a slot.

    Attributes:
        folder: where it keeps what it knows.
        slot: the port of the slot.
    """

    def __init__(self, name: str, folder: Path, framed_by: str) -> None:
        super().__init__(name, folder)
        self.folder = folder / name
        self.slot = free_port()
        self._framed_by = framed_by

    def serving(self, command: str) -> list[str]:
        """Return the arguments that each device has."""
        own = ["--folder", str(self.folder), "--port", str(self.port)]
        return [command, "serve", *own, "--framed-by", self._framed_by]


@dataclass(frozen=True, slots=True)
class PhonesPlaces:
    """Where everything is that a phone meets.

    Attributes:
        bank_url, telecom_url: of its roads there.
        number: of its line, E.164.
        reader: its own field, as a target.
        antenna: of its SIM; None: it has none.
    """

    bank_url: str
    telecom_url: str
    number: str
    reader: str
    antenna: tuple[str, int] | None = None


class PhoneProgram(DeviceProgram):
    """A phone's program.

    Attributes:
        places: where everything is; set before it is started.
    """

    places: PhonesPlaces

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        places = self.places
        arguments = [*self.serving("phone"), "--bank", places.bank_url, "--reader", places.reader]
        arguments += ["--telecom", places.telecom_url, "--line", places.number]
        if places.antenna is not None:
            host, port = places.antenna
            sim = ["--sim", f"vpcd://{LOOPBACK}:{self.slot}"]
            arguments += [*sim, "--antenna", f"antenna://{host}:{port}"]
        return arguments

    @property
    def token(self) -> str:
        """What its screen is let in by; it is there once the program has run."""
        return (self.folder / "token").read_text(encoding="ascii")


class TillProgram(DeviceProgram):
    """A till's program; where its bank and its reader are stands in its folder."""

    def arguments(self) -> list[str]:
        """Return what comes after `zerobar`."""
        return self.serving("pos")
