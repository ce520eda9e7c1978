"""A database and a role for each program on one server; a role reaches only its own database."""

from __future__ import annotations

import re
from typing import Final

from psycopg import sql

from zerobar.database.connecting import PATIENT, Connection, connect, explained
from zerobar.database.database import Database

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
# Two programs that start at once would alter the same role, which PostgreSQL refuses.
_LOCK: Final = 0x7A65_726F_726F_6C65

_LETS_EVERYONE_IN: Final = """
    SELECT has_database_privilege('public', oid, 'CONNECT') FROM pg_database WHERE datname = %s
"""


def ensure_database(server: Database, name: str, password: str) -> Database:
    """Return a program's database, made together with its role if it is not there yet.

    Args:
        server: a role with the rights to create both, on any database of the server.
        name: of the database and of the role: lower case, digits, underscores.
        password: the role's, from now on.

    Raises what connect raises.
    """
    assert _NAME.fullmatch(name) and name != server.user, name
    with (
        connect(server, "zerobar roles", PATIENT, autocommit=True) as connection,
        explained(server),
    ):
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        _ensure_role(connection, name, password)
        _ensure_owned_database(connection, name)
    return server.replaced(dbname=name, user=name, password=password)


def _ensure_role(connection: Connection, name: str, password: str) -> None:
    # Hashed here, as SCRAM stores it: the password itself reaches neither server nor log.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), name.encode(), b"scram-sha-256"
    ).decode()
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    verb = "CREATE" if exists is None else "ALTER"
    connection.execute(
        sql.SQL("{verb} ROLE {role} LOGIN PASSWORD {verifier}").format(
            verb=sql.SQL(verb), role=sql.Identifier(name), verifier=sql.Literal(verifier)
        )
    )


def _ensure_owned_database(connection: Connection, name: str) -> None:
    identifier = sql.Identifier(name)
    found = connection.execute(_LETS_EVERYONE_IN, [name]).fetchone()
    if found is None:
        _let_administrator_give(connection, name)
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(identifier))
    # Also after a crash between the two: a new database lets everyone in.
    if found is None or found[0]:
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(identifier))


def _let_administrator_give(connection: Connection, name: str) -> None:
    # Only a superuser may make others owners; anyone else has to be a member first.
    is_superuser = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    if connection.execute(is_superuser).fetchone() != (True,):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
