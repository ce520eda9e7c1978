"""Connections say who they are, give up in time, and their errors help."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.postgres import OWNER
from zerobar.database import (
    Connection,
    Database,
    DatabaseFailure,
    DatabaseMissing,
    DatabaseUnavailable,
    DiskFull,
    EmbeddedPostgres,
    LoginRefused,
    Pool,
    ServerTooOld,
    Timeouts,
    TooManyConnections,
    connect,
    explained,
    open_pool,
)

SHORT = Timeouts(statement_ms=50, lock_ms=40, idle_in_transaction_ms=30)


def test_a_connection_says_who_it_is_and_when_it_gives_up(database: Database) -> None:
    with connect(database, "settlement", SHORT) as connection:
        row = connection.execute(
            "SELECT current_setting('application_name'), current_setting('statement_timeout'),"
            " current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
    assert row == ("settlement", "50ms", "40ms", "30ms")


def test_options_of_the_address_are_kept(database: Database) -> None:
    given = database.replaced(options="-c work_mem=1234kB")
    with connect(given, "test", SHORT) as connection:
        row = connection.execute(
            "SELECT current_setting('work_mem'), current_setting('lock_timeout')"
        ).fetchone()
    assert row == ("1234kB", "40ms")


def test_an_error_of_a_statement_stays_the_drivers(database: Database) -> None:
    with connect(database, "test", SHORT) as connection:
        with pytest.raises(psycopg.errors.QueryCanceled), explained(database):
            connection.execute("SELECT pg_sleep(10)")
        connection.rollback()
        with pytest.raises(psycopg.errors.DivisionByZero), explained(database):
            connection.execute("SELECT 1 / 0")


@pytest.mark.parametrize(
    "change, failure",
    [
        ({"password": "hunter2"}, LoginRefused),
        ({"user": "nosuchrole"}, LoginRefused),
        ({"dbname": "postgres"}, LoginRefused),
        ({"dbname": "nosuchdatabase"}, DatabaseMissing),
        ({"host": "/nowhere"}, DatabaseUnavailable),
        ({"host": "127.0.0.1", "port": "1"}, DatabaseUnavailable),
        ({"host": "no-such-host.invalid"}, DatabaseUnavailable),
    ],
)
def test_what_keeps_one_out_has_a_type_and_advice(
    database: Database,
    caplog: pytest.LogCaptureFixture,
    change: dict[str, str],
    failure: type[DatabaseFailure],
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = database.replaced(**change)
    with pytest.raises(failure) as refusal:
        connect(wrong, "test")
    assert type(refusal.value) is failure
    assert str(wrong) in refusal.value.what_happened
    assert refusal.value.next_step
    told = "".join(traceback.format_exception(refusal.value)) + repr(refusal.value) + caplog.text
    passwords = {wrong.parameter("password"), database.parameter("password")}
    assert [password for password in passwords if password in told] == []
    with pytest.raises(failure):
        open_pool(wrong, "test")


def test_a_server_without_connections_left_says_so(
    database: Database, postgres: EmbeddedPostgres
) -> None:
    with connect(postgres.server, "test", autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 0")
    with pytest.raises(TooManyConnections, match="max_connections"):
        connect(database, "test")


def test_a_server_that_is_too_old_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zerobar.database.connecting.OLDEST_SERVER", 99)
    with pytest.raises(ServerTooOld, match="is PostgreSQL 18; upgrade it to 99 or newer"):
        connect(database, "test")


def raised_by_server(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'it broke' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize(
    "code, failure",
    [
        ("53100", DiskFull),
        ("53300", TooManyConnections),
        ("57P01", DatabaseUnavailable),
        ("57P03", DatabaseUnavailable),
        ("08006", DatabaseUnavailable),
    ],
)
def test_what_the_server_runs_into_has_a_type(
    database: Database, code: str, failure: type[DatabaseFailure]
) -> None:
    with (
        connect(database, "test") as connection,
        pytest.raises(failure, match="it broke"),
        explained(database),
    ):
        connection.execute(raised_by_server(code))


def ended_by_server(database: Database, postgres: EmbeddedPostgres) -> Connection:
    connection = connect(database, "test")
    with connect(postgres.server, "test") as administrator:
        pid = connection.info.backend_pid
        administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    return connection


def test_a_connection_that_broke_says_so(database: Database, postgres: EmbeddedPostgres) -> None:
    connection = ended_by_server(database, postgres)
    with connection, pytest.raises(DatabaseUnavailable), explained(database):
        connection.execute("SELECT 1")


def test_a_pool_lends_connections_and_takes_them_back(database: Database) -> None:
    with open_pool(database, "settlement", SHORT, largest=2) as pool:
        for _ in range(5):
            with pool.connection() as connection:
                row = connection.execute(
                    "SELECT current_setting('application_name'), current_user"
                ).fetchone()
                assert row == ("settlement", OWNER)


def test_a_pool_undoes_what_was_not_finished(database: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute("CREATE TABLE half (id int)")
        raise KeyError("our own mistake")

    with open_pool(database, "test") as pool:
        with pytest.raises(KeyError), pool.connection() as connection:
            fail(connection)
        with pool.connection() as connection:
            assert connection.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_a_pool_that_is_used_up_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("zerobar.database.connecting.CONNECT_TIMEOUT_S", 1)
    with (
        open_pool(database, "test", largest=1) as pool,
        pool.connection(),
        pytest.raises(TooManyConnections),
        explained(database),
        pool.connection(),
    ):
        pass
    assert caplog.text == ""


@pytest.mark.slow
def test_a_pool_recovers_with_its_server_without_a_word(
    cluster: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with EmbeddedPostgres(cluster) as server:
        database = server.database("bank")
        with open_pool(database, "test") as pool:
            server.stop()
            with pytest.raises(DatabaseFailure):
                select_one(pool, database)
            server.start()
            retry(lambda: select_one(pool, database))
    assert caplog.text == ""


def select_one(pool: Pool, database: Database) -> None:
    with explained(database), pool.connection() as connection:
        connection.execute("SELECT 1")


def retry(action: Callable[[], None], times: int = 10) -> None:
    for _ in range(times - 1):
        try:
            return action()
        except DatabaseUnavailable:
            continue
    return action()
