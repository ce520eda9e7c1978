"""PostgreSQL for the operators' programs: embedded by default, a server by DATABASE_URL.

Needs the extra `bank`. Migrations stand apart, in `zerobar.database.migrations`; what needs Alembic
for them, which takes long to import, is in `zerobar.database.upgrading`.
"""

from zerobar.database.connecting import (
    EVERYDAY,
    PATIENT,
    Connection,
    Pool,
    Timeouts,
    connect,
    conninfo_for,
    explained,
    open_pool,
)
from zerobar.database.database import Database, database_from_environment
from zerobar.database.embedded import EmbeddedPostgres, open_database
from zerobar.database.errors import (
    BadDatabaseUrl,
    ClusterOfAnotherVersion,
    DatabaseFailure,
    DatabaseMissing,
    DatabaseUnavailable,
    DiskFull,
    EmbeddedFailure,
    FolderInUse,
    FolderNotOurs,
    FolderOfAnother,
    FolderUnreachable,
    FolderUnusable,
    LoginRefused,
    MigrationBusy,
    MigrationFailure,
    SchemaTooNew,
    ServerDidNotStart,
    ServerDidNotStop,
    ServerDied,
    ServerProgramsMissing,
    ServerTooOld,
    TooManyConnections,
)
from zerobar.database.programs import ServerPrograms, installed_programs
from zerobar.database.roles import ensure_database

__all__ = [
    "EVERYDAY",
    "PATIENT",
    "BadDatabaseUrl",
    "ClusterOfAnotherVersion",
    "Connection",
    "Database",
    "DatabaseFailure",
    "DatabaseMissing",
    "DatabaseUnavailable",
    "DiskFull",
    "EmbeddedFailure",
    "EmbeddedPostgres",
    "FolderInUse",
    "FolderNotOurs",
    "FolderOfAnother",
    "FolderUnreachable",
    "FolderUnusable",
    "LoginRefused",
    "MigrationBusy",
    "MigrationFailure",
    "Pool",
    "SchemaTooNew",
    "ServerDidNotStart",
    "ServerDidNotStop",
    "ServerDied",
    "ServerPrograms",
    "ServerProgramsMissing",
    "ServerTooOld",
    "Timeouts",
    "TooManyConnections",
    "connect",
    "conninfo_for",
    "database_from_environment",
    "ensure_database",
    "explained",
    "installed_programs",
    "open_database",
    "open_pool",
]
