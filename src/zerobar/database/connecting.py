"""Connections that say who they are, give up in time, and fail with words that help."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from zerobar.database.database import Database
from zerobar.database.errors import (
    DatabaseFailure,
    DatabaseMissing,
    DatabaseUnavailable,
    DiskFull,
    LoginRefused,
    ServerTooOld,
    TooManyConnections,
)

OLDEST_SERVER: Final = 15
CONNECT_TIMEOUT_S: Final = 5
_LIFELINE: Final = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""For libpq: a server whose machine or network has gone is noticed within 25 seconds."""

Connection = psycopg.Connection[TupleRow]
Pool = ConnectionPool[Connection]

# The server's words before a login carry no code that libpq would pass on.
_WORDS: Final = (
    (
        LoginRefused,
        r"authentication failed|password supplied|pg_hba\.conf|role \S+ does not exist"
        r"|not permitted to log in|permission denied for database",
    ),
    (DatabaseMissing, r"database \S+ does not exist"),
    (TooManyConnections, r"too many (clients|connections)|connection slots are reserved"),
    (DiskFull, r"No space left on device"),
)
# A connection that ends, for whatever reason: class 08, and the server's own going away.
_BROKEN: Final = re.compile(r"08|57P0[1235]")


@dataclass(frozen=True)
class Timeouts:
    """How long the server works or waits for a connection before it gives up; 0: for ever.

    Attributes:
        statement_ms: one statement.
        lock_ms: the wait for one lock.
        idle_in_transaction_ms: between the statements of a transaction, which holds its locks.
    """

    statement_ms: int = 10_000
    lock_ms: int = 5_000
    idle_in_transaction_ms: int = 30_000

    @property
    def options(self) -> str:
        """The same for the server's command line, as libpq's `options` carries it."""
        return (
            f"-c statement_timeout={self.statement_ms} -c lock_timeout={self.lock_ms}"
            f" -c idle_in_transaction_session_timeout={self.idle_in_transaction_ms}"
        )


PATIENT: Final = Timeouts(statement_ms=0, lock_ms=60_000, idle_in_transaction_ms=0)
"""For work on whole tables, as a migration: it may take its time, but not wait for ever."""

EVERYDAY: Final = Timeouts()


def conninfo_for(database: Database, application: str, timeouts: Timeouts = EVERYDAY) -> str:
    """Return everything libpq needs for a connection as this package makes it.

    It holds the password: never to be logged.
    """
    given = database.parameter("options")
    return make_conninfo(
        database.conninfo,
        application_name=application,
        connect_timeout=str(CONNECT_TIMEOUT_S),
        options=f"{given} {timeouts.options}".strip(),
        **_LIFELINE,
    )


def connect(
    database: Database,
    application: str,
    timeouts: Timeouts = EVERYDAY,
    *,
    autocommit: bool = False,
) -> Connection:
    """Open one connection.

    Args:
        database: where.
        application: what the server lists it as, up to 63 bytes.
        timeouts: when the server gives up.
        autocommit: whether each statement is a transaction of its own.

    Raises DatabaseUnavailable, LoginRefused, DatabaseMissing, ServerTooOld or DiskFull.
    """
    assert 0 < len(application.encode()) < 64
    with explained(database):
        connection = psycopg.connect(
            conninfo_for(database, application, timeouts), autocommit=autocommit
        )
    major = connection.info.server_version // 10_000
    if major < OLDEST_SERVER:
        connection.close()
        raise ServerTooOld(str(database), major, OLDEST_SERVER)
    return connection


def open_pool(
    database: Database,
    application: str,
    timeouts: Timeouts = EVERYDAY,
    *,
    largest: int = 8,
    autocommit: bool = False,
) -> Pool:
    """Open a pool of connections, which is a context manager and is closed by it.

    Args:
        database: where.
        application: what the server lists the connections as, up to 63 bytes.
        timeouts: when the server gives up.
        largest: how many connections there may be; one is kept open.
        autocommit: whether each statement is a transaction of its own.

    Raises what connect raises. Later, wrap work in `explained`.
    """
    # The first connection is made here, for its errors say more than a pool's.
    connect(database, application, timeouts).close()
    # The pool's own words would only repeat what its user is told by an error.
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
    return ConnectionPool(
        conninfo_for(database, application, timeouts),
        connection_class=Connection,
        kwargs={"autocommit": autocommit},
        min_size=1,
        max_size=largest,
        max_waiting=100 * largest,
        timeout=CONNECT_TIMEOUT_S,
        name=application,
        open=True,
    )


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn the driver's errors about the server into ours; those about a statement pass.

    Raises DatabaseUnavailable, LoginRefused, DatabaseMissing or DiskFull.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        failure = _failure(database, error)
        if failure is None:
            raise
        raise failure from error


def _failure(database: Database, error: psycopg.OperationalError) -> DatabaseFailure | None:
    where, problem = str(database), _in_one_line(error)
    if isinstance(error, PoolTimeout | TooManyRequests):
        return TooManyConnections(where, problem)
    match error.sqlstate:
        case None:
            return _by_words(where, problem)
        case "53100":
            return DiskFull(where, problem)
        case "53300":
            return TooManyConnections(where, problem)
        case state if _BROKEN.match(state):
            return DatabaseUnavailable(where, problem)
    return None


def _by_words(where: str, problem: str) -> DatabaseFailure:
    for kind, words in _WORDS:
        if re.search(words, problem):
            return kind(where, problem)
    return DatabaseUnavailable(where, problem)


def _in_one_line(error: psycopg.Error) -> str:
    return " ".join(str(error).split()) or type(error).__name__
