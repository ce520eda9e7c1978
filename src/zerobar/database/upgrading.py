"""Changing tables with Alembic; see `zerobar.database.migrations`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import NullPool

from zerobar.database.connecting import Timeouts, connect, explained
from zerobar.database.database import Database
from zerobar.database.errors import MigrationBusy, MigrationFailure, SchemaTooNew
from zerobar.database.migrations import version_table, versions_folder

_ENVIRONMENT: Final = Path(__file__).parent / "alembic_environment"


def upgrade(database: Database, package: str, timeouts: Timeouts) -> str:
    """Do what `migrate` does, whatever has to be changed."""
    script = ScriptDirectory.from_config(_configuration(package))
    newest = script.get_current_head()
    assert newest is not None, f"{package} has no migrations"
    with _locked(database, package, timeouts) as connection:
        found = MigrationContext.configure(
            connection, opts={"version_table": version_table(package)}
        ).get_current_revision()
        if found is not None and found not in {step.revision for step in script.walk_revisions()}:
            raise SchemaTooNew(str(database), package, found, newest)
        # Alembic's transaction is to be the outermost, so that a step may leave it.
        connection.commit()
        if found != newest:
            _upgrade(connection, package)
    return newest


def _configuration(package: str) -> Config:
    versions = versions_folder(package)
    configuration = Config()
    # A percent sign would be taken for a reference; any other character may be in a path.
    configuration.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    configuration.set_main_option("path_separator", "newline")
    configuration.set_main_option("version_locations", str(versions).replace("%", "%%"))
    return configuration


def _upgrade(connection: sqlalchemy.Connection, package: str) -> None:
    logging.getLogger("alembic").setLevel(logging.WARNING)
    configuration = _configuration(package)
    configuration.attributes["connection"] = connection
    configuration.attributes["version_table"] = version_table(package)
    command.upgrade(configuration, "head")


@contextmanager
def _locked(
    database: Database, package: str, timeouts: Timeouts
) -> Iterator[sqlalchemy.Connection]:
    """Connect as Alembic wants it, alone among the programs that migrate this package."""
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://",
        # Not by an address: SQLAlchemy need not know the password.
        creator=lambda: connect(database, "zerobar migrations", timeouts),
        poolclass=NullPool,
    )
    with _explained(database, package, timeouts), engine.connect() as connection:
        connection.execute(
            # Held by the session, so that steps may commit; the connection's end releases it.
            sqlalchemy.text("SELECT pg_advisory_lock(hashtextextended(:name, 0))"),
            {"name": f"migrate {package}"},
        )
        connection.commit()
        yield connection


@contextmanager
def _explained(database: Database, package: str, timeouts: Timeouts) -> Iterator[None]:
    try:
        with explained(database):
            try:
                yield
            except sqlalchemy.exc.DBAPIError as error:
                # What SQLAlchemy wraps is the driver's own error, which says it shorter.
                raise error.orig or error from error
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationBusy(str(database), package, timeouts.lock_ms / 1000) from error
    except psycopg.Error as error:
        raise MigrationFailure(
            f"the tables of {package} in {database} could not be brought up to date: {error}",
            "they are as they were; report this with the program's version",
        ) from error
