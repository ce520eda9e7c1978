"""A real PostgreSQL for tests: one server for each test process, a fresh database for each test.

    pytest_plugins = ["tests.postgres"]

    def test_something(database: Database) -> None: ...

A package with migrations gets its tables by a copy, made in milliseconds:

    @pytest.fixture
    def database(new_database: NewDatabase) -> Database:
        return new_database("zerobar.ledger.migrations")

A test may change the server's settings, for all tests of its process after it:

    @pytest.mark.parametrize("postgres", [{"shared_buffers": "1GB"}], indirect=True)
"""

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from psycopg import sql

from zerobar.database import PATIENT, Database, EmbeddedPostgres, connect
from zerobar.database.migrations import migrate

OWNER = "tests"
SMALL = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    # Saves half the time of a fresh database. It matters only when the machine itself stops: what
    # a killed server keeps is the same, and tests of durability start servers of their own.
    "fsync": "off",
    # A test connects some ten times; to prove a password is meant to take a while.
    "scram_iterations": "1",
    "max_wal_size": "256MB",
}
IN_MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes that have to be free there."""

NewDatabase = Callable[..., Database]


class DatabaseMaker:
    """Databases made and dropped quickly, all owned by one role.

    A package's tables are made once, in a template that further ones are copies of.
    """

    def __init__(self, server: Database, owner: Database) -> None:
        self._server = server
        self._owner = owner
        self._numbers = itertools.count(1)
        self._templates: dict[tuple[str, ...], str] = {}

    def new(self, *packages: str) -> Database:
        """Make a database, empty or with the tables of packages."""
        template = self._template(packages) if packages else "template0"
        return self._create(f"test_{next(self._numbers)}", template)

    def drop(self, database: Database) -> None:
        """Drop a database, whoever is connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))

    def _template(self, packages: tuple[str, ...]) -> str:
        if packages not in self._templates:
            database = self._create(f"template_{len(self._templates) + 2}", "template0")
            for package in packages:
                migrate(database, package)
            self._templates[packages] = database.name
        return self._templates[packages]

    def _create(self, name: str, template: str) -> Database:
        names = [sql.Identifier(word) for word in (name, OWNER, template)]
        self._run(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY").format(*names)
        )
        return self._owner.replaced(dbname=name)

    def _run(self, statement: sql.Composed) -> None:
        with connect(self._server, "zerobar tests", PATIENT, autocommit=True) as connection:
            connection.execute(statement)


def _parent() -> Path | None:
    """Return where a server's folder is to be made: in memory, if there is room.

    A database is some 900 files. ext4 looks long for the number of a new one when many were removed
    in the last seconds, and that took more time than everything else about a fresh database.
    """
    if os.access(IN_MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(IN_MEMORY).free >= ROOM:
        return IN_MEMORY
    return None


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    """Run the server, from the first test that wants it to the end of the session."""
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    folder = Path(tempfile.mkdtemp(prefix="zerobar-tests-", dir=_parent()))
    settings: dict[str, str] = SMALL | getattr(request, "param", {})
    try:
        with EmbeddedPostgres(folder, settings=settings) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database_maker(postgres: EmbeddedPostgres) -> DatabaseMaker:
    """Make databases on the session's server."""
    return DatabaseMaker(postgres.server, postgres.database(OWNER))


@pytest.fixture
def new_database(database_maker: DatabaseMaker) -> Iterator[NewDatabase]:
    """Give databases on demand, empty or with packages' tables; they end with the test."""
    made: list[Database] = []

    def make(*packages: str) -> Database:
        made.append(database_maker.new(*packages))
        return made[-1]

    yield make
    for database in made:
        database_maker.drop(database)


@pytest.fixture
def database(new_database: NewDatabase) -> Database:
    """Give one empty database, whose owner one is."""
    return new_database()
