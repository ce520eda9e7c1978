"""Where a world lives while it runs: an embedded PostgreSQL and a folder, gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from zerobar.database import EmbeddedPostgres
from zerobar.world.running import Report, run_world
from zerobar.world.town import Size

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_PASSABLE: Final = 0o711
# Nothing in a world outlives it, so nothing needs to reach the disk.
_SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

RunWorld = Callable[[int, Size], Report]


@contextmanager
def world_runner() -> Iterator[RunWorld]:
    """Give a function that runs a world by its seed, each in a database of its own."""
    shared = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="zerobar-world-", dir=shared) as name:
        folder = Path(name)
        # PostgreSQL runs as a user of its own, who has to get through to its files.
        folder.chmod(_PASSABLE)
        with EmbeddedPostgres(folder / "db", settings=_SETTINGS) as server:
            count = 0

            def run(seed: int, size: Size) -> Report:
                nonlocal count
                count += 1
                own = folder / f"devices-{count}"
                own.mkdir()
                return run_world(server.database(f"world_{count}"), seed, size, own)

            yield run
