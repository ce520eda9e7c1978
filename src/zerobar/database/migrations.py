"""Tables are brought up to date by the program that needs them, when it starts.

A package with tables has a package `migrations`, and in there a folder `versions` with one file for
each step, named by its number, in Alembic's form and plain SQL:

    revision, down_revision = "0002", "0001"

    def upgrade() -> None:
        op.execute("CREATE TABLE ...")

There is no alembic.ini and no way back: a step that was wrong is followed by one that mends it.
Alembic and SQLAlchemy take longer to import than all else that most programs need to start, so they
are for the one that finds tables to change.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from zerobar.database.connecting import PATIENT, Timeouts, connect
from zerobar.database.database import Database

_NUMBER: Final = slice(4)


def migrate(database: Database, package: str, timeouts: Timeouts = PATIENT) -> str:
    """Bring a package's tables up to date, all steps or none; return their revision.

    Programs that start at once wait for one another.

    Args:
        database: where; the role must own the tables.
        package: with the migrations, as `zerobar.ledger.migrations`.
        timeouts: of which `lock_ms` is how long another program may hold what is needed.

    Raises SchemaTooNew, MigrationBusy, MigrationFailure, or what connect raises.
    """
    newest = newest_revision(package)
    if _revision(database, package, timeouts) == newest:
        return newest
    from zerobar.database.upgrading import upgrade  # noqa: PLC0415 - takes long, see above

    return upgrade(database, package, timeouts)


def version_table(package: str) -> str:
    """Return the name of the table that holds a package's revision: each package has its own."""
    name = "schema_of_" + package.removesuffix(".migrations").replace(".", "_")
    assert len(name) < 64, "PostgreSQL would cut it short"
    return name


def versions_folder(package: str) -> Path:
    """Return the folder with a package's steps."""
    versions = resources.files(package) / "versions"
    assert isinstance(versions, Path) and versions.is_dir(), f"{package} has no folder versions"
    return versions


def newest_revision(package: str) -> str:
    """Return the revision of a package's last step, by the names of its files."""
    steps = [step.name[_NUMBER] for step in versions_folder(package).glob("[0-9]*.py")]
    assert steps, f"{package} has no migrations"
    return max(steps)


def _revision(database: Database, package: str, timeouts: Timeouts) -> str | None:
    """Return where the tables stand; None: they are not there, or it cannot be read so simply."""
    table = version_table(package)
    with connect(database, "zerobar migrations", timeouts, autocommit=True) as connection:
        try:
            row = connection.execute(
                sql.SQL("SELECT version_num FROM {}").format(sql.Identifier(table))
            ).fetchone()
        except psycopg.Error:
            return None
    return None if row is None else str(row[0])
