"""A device's storage: one file, one part for each thing that is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from zerobar.device import gossip_store, incoming, outgoing, taps
from zerobar.device.file import DeviceFile
from zerobar.device.gossip_store import GossipStore
from zerobar.device.incoming import IncomingStore
from zerobar.device.outgoing import OutgoingStore
from zerobar.device.taps import TapStore


class DeviceStore:
    """Everything that a device keeps; a context manager, safe to share between threads.

    Args:
        path: of an SQLite file, made if missing, readable by its owner only.
        clock_unix_s: the time.

    Attributes:
        taps: payments that may have to go on.
        outgoing: what the operator must see.
        incoming: what the operator sends to the purse.
        gossip: what every card should know.
    """

    def __init__(self, path: Path, clock_unix_s: Callable[[], float]) -> None:
        tables = taps.TABLES + outgoing.TABLES + incoming.TABLES + gossip_store.TABLES
        self.file = DeviceFile(path, clock_unix_s, tables)
        self.taps = TapStore(self.file)
        self.outgoing = OutgoingStore(self.file)
        self.incoming = IncomingStore(self.file)
        self.gossip = GossipStore(self.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.file.close()
