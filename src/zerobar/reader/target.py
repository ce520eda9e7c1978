"""The address of a card, as a person types it.

| typed | meaning |
|---|---|
| `pcsc:` | the card in the only reader |
| `pcsc:READER NAME` | the card in that reader; an unmistakable part of the name will do |
| `antenna://HOST:PORT` | a field around a virtual card's antenna |
| `vpcd://HOST:PORT` | listen there for a virtual card, in the place of a reader |
| anything else | the path of a purse file |
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobar.reader.antenna import AntennaLink
from zerobar.reader.errors import BadTarget, CardError
from zerobar.reader.pcsc import PcscLink
from zerobar.reader.vpcd import VpcdLink


@dataclass(frozen=True, slots=True)
class FileTarget:
    """A purse file; it is opened by the virtual element, not from here."""

    path: Path


@dataclass(frozen=True, slots=True)
class PcscTarget:
    """The card in a PC/SC reader; an empty name means the only one."""

    reader_name: str

    def open(self) -> PcscLink:
        """Connect to the card; raise LinkError."""
        return PcscLink(self.reader_name)


@dataclass(frozen=True, slots=True)
class AntennaTarget:
    """The antenna of a virtual card."""

    host: str
    port: int

    def open(self) -> AntennaLink:
        """Bring the card into a field; raise LinkError."""
        return AntennaLink(self.host, self.port)


@dataclass(frozen=True, slots=True)
class VpcdTarget:
    """A slot that a virtual card connects to."""

    host: str
    port: int

    def open(self) -> VpcdLink:
        """Listen, and return once a card is inserted; raise LinkError."""
        link = VpcdLink(self.host, self.port)
        try:
            link.wait_for_card()
        except CardError:
            link.close()
            raise
        return link


Target = FileTarget | PcscTarget | AntennaTarget | VpcdTarget

_PCSC: Final = "pcsc:"
_NETWORK: Final = re.compile(
    r"(antenna|vpcd)://(\[[0-9A-Fa-f:.]+\]|[^\s:/\[\]]+):(\d{1,5})", re.ASCII
)
_SCHEME: Final = re.compile(r"[a-z]{2,}:(?=//)|(antenna|vpcd):", re.ASCII)


def parse_target(text: str) -> Target:
    """Understand a card's address; raise BadTarget."""
    if text.startswith(_PCSC):
        return PcscTarget(text.removeprefix(_PCSC).strip())
    network = _NETWORK.fullmatch(text)
    if network is not None:
        return _network_target(text, *network.groups())
    if not text or _SCHEME.match(text):
        raise BadTarget(text)
    return FileTarget(Path(text))


def _network_target(text: str, scheme: str, host: str, port: str) -> Target:
    if not 1 <= int(port) <= 0xFFFF:
        raise BadTarget(text)
    kind = AntennaTarget if scheme == "antenna" else VpcdTarget
    return kind(host.strip("[]"), int(port))
