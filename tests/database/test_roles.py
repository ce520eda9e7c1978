"""One server for several programs: each reaches its own database and nothing else."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

from zerobar.database import (
    Database,
    EmbeddedPostgres,
    LoginRefused,
    connect,
    ensure_database,
)


def value(database: Database, query: str) -> object:
    with connect(database, "test") as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def test_a_program_owns_its_database(postgres: EmbeddedPostgres) -> None:
    bank = postgres.database("bank")
    with connect(bank, "test") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS mine (id int)")
    assert (bank.name, bank.user) == ("bank", "bank")


def test_a_program_reaches_no_other_database(postgres: EmbeddedPostgres) -> None:
    bank, telecom = postgres.database("bank"), postgres.database("telecom")
    for name in (telecom.name, "postgres", "template1"):
        with pytest.raises(LoginRefused):
            connect(bank.replaced(dbname=name), "test")


def test_a_program_cannot_be_another_role(postgres: EmbeddedPostgres) -> None:
    bank, telecom = postgres.database("bank"), postgres.database("telecom")
    for pretended in (bank.replaced(user="telecom"), telecom.replaced(user="bank")):
        with pytest.raises(LoginRefused):
            connect(pretended, "test")


def test_a_program_has_no_rights_over_the_server(postgres: EmbeddedPostgres) -> None:
    bank = postgres.database("bank")
    query = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = current_user"
    )
    assert value(bank, query) is False
    for statement in (
        "CREATE ROLE x",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
    ):
        with (
            connect(bank, "test") as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def test_the_same_program_gets_the_same_again(postgres: EmbeddedPostgres) -> None:
    assert postgres.database("bank") == postgres.database("bank")
    assert postgres.database("bank") != postgres.database("telecom")


def test_the_way_in_stays_the_same_over_a_restart(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        before = server.database("bank")
    with EmbeddedPostgres(cluster):
        assert value(before, "SELECT 42") == 42


def test_programs_that_start_at_once_do_not_hinder_one_another(postgres: EmbeddedPostgres) -> None:
    found: list[Database] = []

    def ensure() -> None:
        found.append(postgres.database("crowded"))

    threads = [threading.Thread(target=ensure) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert value(found[-1], "SELECT current_user") == "crowded"


def test_a_database_that_lets_everyone_in_is_closed_again(postgres: EmbeddedPostgres) -> None:
    bank = postgres.database("bank")
    with connect(bank, "test") as connection:
        connection.execute("GRANT CONNECT ON DATABASE bank TO PUBLIC")
    postgres.database("bank")
    with pytest.raises(LoginRefused):
        connect(postgres.database("telecom").replaced(dbname="bank"), "test")


def test_an_administrator_without_all_rights_will_do(postgres: EmbeddedPostgres) -> None:
    with connect(postgres.server, "test", autocommit=True) as connection:
        connection.execute("CREATE ROLE clerk LOGIN CREATEDB CREATEROLE PASSWORD 'clerk'")
        connection.execute("CREATE DATABASE clerk OWNER clerk")
    clerk = postgres.server.replaced(user="clerk", dbname="clerk", password="clerk")
    for password in ("first", "second"):
        shop = ensure_database(clerk, "shop", password)
        assert value(shop, "SELECT current_user") == "shop"


def test_no_password_reaches_the_servers_log(cluster: Path) -> None:
    password = "hunter2-never-to-be-logged"
    with EmbeddedPostgres(cluster, settings={"log_statement": "all"}) as server:
        bank = ensure_database(server.server, "bank", password)
        value(bank, "SELECT 42")
        with pytest.raises(psycopg.errors.SyntaxError), connect(bank, "test") as connection:
            connection.execute("SELECT nonsense of secret-statement")
    with EmbeddedPostgres(cluster) as server:
        server.database("bank")
    log = (cluster / "server.log").read_text()
    assert "SELECT 42" in log
    assert password not in log


def test_a_statement_that_fails_is_not_repeated_in_the_log(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server, connect(server.server, "test") as connection:
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("SELECT 'personal data' FROM nowhere")
        connection.rollback()
    log = (cluster / "server.log").read_text()
    assert 'relation "nowhere" does not exist' in log
    assert "personal data" not in log
