"""Where a world lives while it runs: an embedded PostgreSQL and a folder, gone afterwards."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from zerobar.bank.running import MIGRATIONS
from zerobar.database import PATIENT, Database, EmbeddedPostgres, connect
from zerobar.database.migrations import migrate
from zerobar.world.running import Report, run_world
from zerobar.world.town import Size

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_PASSABLE: Final = 0o711
# Nothing in a world outlives it, so nothing needs to reach the disk.
_SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Tables are made once, and copied for each world.
_TABLES: Final = "tables"
_WORLD: Final = "world"
_COPY: Final = f"CREATE DATABASE {_WORLD} OWNER {_TABLES} TEMPLATE {_TABLES} STRATEGY FILE_COPY"
_DROP: Final = f"DROP DATABASE {_WORLD} WITH (FORCE)"

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
            tables = server.database(_TABLES)
            for package in MIGRATIONS:
                migrate(tables, package)
            count = itertools.count(1)

            def run(seed: int, size: Size) -> Report:
                own = folder / f"devices-{next(count)}"
                own.mkdir()
                with _copied(server.server, tables) as database:
                    report = run_world(database, seed, size, own)
                shutil.rmtree(own)
                return report

            yield run


@contextmanager
def _copied(server: Database, tables: Database) -> Iterator[Database]:
    """Give a database with all tables and nothing in them; it is gone afterwards."""
    with connect(server, "zerobar world", PATIENT, autocommit=True) as connection:
        connection.execute(_COPY)
        try:
            yield tables.replaced(dbname=_WORLD)
        finally:
            connection.execute(_DROP)
