"""Addresses of servers: read as libpq reads them, handed on whole, and shown without passwords."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from zerobar.database import BadDatabaseUrl, Database, database_from_environment

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


def test_an_address_is_read() -> None:
    database = Database.from_url("postgresql://bank:s%40crt@db.example:6432/books?sslmode=require")
    assert (database.host, database.port) == ("db.example", "6432")
    assert (database.user, database.name) == ("bank", "books")
    assert conninfo_to_dict(database.conninfo)["password"] == "s@crt"
    assert conninfo_to_dict(database.conninfo)["sslmode"] == "require"


def test_what_is_not_said_is_as_libpq_has_it() -> None:
    database = Database.from_url("postgres://bank@db.example")
    assert (database.port, database.name) == ("5432", "bank")


def test_several_hosts_are_kept() -> None:
    database = Database.from_url("postgresql://bank@one:1,two:2/books")
    assert (database.host, database.port) == ("one,two", "1,2")


@given(name=TEXT, user=TEXT, password=TEXT)
def test_an_address_that_is_handed_on_arrives_whole(name: str, user: str, password: str) -> None:
    for host in ("/run/a folder", "db.example", "::1", "one,two"):
        port = "1,2" if "," in host else "5432"
        database = Database(host=host, port=port, name=name, user=user, password=password)
        assert Database.from_url(database.url_with_password) == database


@pytest.mark.parametrize(
    "url",
    [
        "mysql://bank:hunter2@host/books",
        "host=x password=hunter2 user=bank",
        "postgresql://bank:hunter2%zz@host/books",
        "postgresql://bank:hunter2@[host/books",
        "postgresql://bank:hunter2@host/books?nonsense=hunter2",
        "postgresql://:hunter2@host/books",
        "postgresql://bank:hunter2@/books",
        "postgresql+psycopg://bank:hunter2@host/books",
    ],
)
def test_a_bad_address_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refusal:
        database_from_environment({"DATABASE_URL": url})
    assert str(refusal.value).startswith("DATABASE_URL ")
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


@pytest.mark.parametrize("environ", [{}, {"DATABASE_URL": ""}, {"DATABASE_URL": "  "}])
def test_without_an_address_there_is_no_server(environ: dict[str, str]) -> None:
    assert database_from_environment(environ) is None


def test_no_representation_shows_the_password() -> None:
    database = Database.from_url("postgresql://bank:hunter2@host/books?sslpassword=hunter2")
    shown = f"{database} {database!r} {[database]} {vars_of(database.replaced(dbname='x'))}"
    assert "hunter2" not in shown
    assert "books on host:5432" in shown


def vars_of(database: Database) -> str:
    # What a debugger or a careless log of an object's attributes shows first.
    return f"{database.host} {database.port} {database.name} {database.user}"


def test_databases_compare_by_everything() -> None:
    database = Database.from_url("postgresql://bank:a@host/books")
    assert database == copy.copy(database)
    assert hash(database) == hash(copy.deepcopy(database))
    assert database != database.replaced(password="b")
    assert database != "postgresql://bank:a@host/books"


def test_programs_of_postgresql_find_everything_in_their_environment() -> None:
    database = Database.from_url("postgresql://bank:hunter2@host:6/books?sslmode=require")
    assert database.environment == {
        "PGHOST": "host",
        "PGPORT": "6",
        "PGDATABASE": "books",
        "PGUSER": "bank",
        "PGPASSWORD": "hunter2",
        "PGSSLMODE": "require",
    }
