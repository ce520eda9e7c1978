"""Where a database is and how to get in, as one value that does not give its password away."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from zerobar.database.errors import BadDatabaseUrl

URL_VARIABLE: Final = "DATABASE_URL"
_SCHEMES: Final = ("postgresql://", "postgres://")


class Database:
    """A database of a PostgreSQL server, and a role that may use it.

    Attributes:
        host: a name, an address, or the folder of a socket; as libpq takes it, also several.
        port: one, or as many as hosts.
        name: of the database.
        user: the role.
    """

    __slots__ = ("_parameters", "host", "name", "port", "user")

    def __init__(self, *, host: str, port: str, name: str, user: str, **more: str) -> None:
        self.host = host
        self.port = port
        self.name = name
        self.user = user
        self._parameters = {"host": host, "port": port, "dbname": name, "user": user, **more}

    @classmethod
    def from_url(cls, url: str, source: str = "the database's address") -> Database:
        """Read `postgresql://user:password@host:port/name?option=value`, as libpq does.

        Args:
            url: host and user are needed; the rest has libpq's defaults.
            source: where it was found, for the error.

        Raises BadDatabaseUrl, without showing what was given.
        """
        if not url.startswith(_SCHEMES):
            raise BadDatabaseUrl(source, f"does not begin with {_SCHEMES[0]}")
        try:
            parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value}
        except psycopg.ProgrammingError:
            # What libpq says repeats the part that it could not read: perhaps the password.
            raise BadDatabaseUrl(source, "cannot be read") from None
        if not parts.get("host") or not parts.get("user"):
            raise BadDatabaseUrl(source, "needs a host and a user")
        user = parts.pop("user")
        name = parts.pop("dbname", user)
        host, port = parts.pop("host"), parts.pop("port", "5432")
        return cls(host=host, port=port, name=name, user=user, **parts)

    @property
    def conninfo(self) -> str:
        """Everything libpq needs, the password too: never to be logged."""
        return make_conninfo("", **self._parameters)

    def parameter(self, name: str) -> str:
        """Return one of libpq's parameters; empty if it is not given."""
        return self._parameters.get(name, "")

    @property
    def url_with_password(self) -> str:
        """The address to hand to another program through its environment; never to be logged."""
        rest = {k: v for k, v in self._parameters.items() if k not in {"dbname", "user"}}
        options = "&".join(f"{key}={quote(value, safe='')}" for key, value in rest.items())
        # The host as an option: there a socket's folder needs no special form.
        return f"postgresql://{quote(self.user, safe='')}@/{quote(self.name, safe='')}?{options}"

    @property
    def environment(self) -> dict[str, str]:
        """What PostgreSQL's own programs take from their environment, where no list shows it."""
        names = {
            "PGHOST": "host",
            "PGPORT": "port",
            "PGDATABASE": "dbname",
            "PGUSER": "user",
            "PGPASSWORD": "password",
            "PGSSLMODE": "sslmode",
            "PGSSLROOTCERT": "sslrootcert",
        }
        return {k: self._parameters[v] for k, v in names.items() if v in self._parameters}

    def replaced(self, **parameters: str) -> Database:
        """Return another database, role or password on the same server (libpq's names)."""
        merged = self._parameters | parameters
        name, user = merged.pop("dbname"), merged.pop("user")
        return Database(name=name, user=user, **merged)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Database) and self._parameters == other._parameters

    def __hash__(self) -> int:
        return hash(frozenset(self._parameters.items()))

    def __str__(self) -> str:
        return f"{self.name} on {self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"<Database {self}, as {self.user}>"


def database_from_environment(environ: Mapping[str, str] = os.environ) -> Database | None:
    """Return the database that DATABASE_URL names; None if it names none.

    Raises BadDatabaseUrl.
    """
    url = environ.get(URL_VARIABLE, "").strip()
    return Database.from_url(url, URL_VARIABLE) if url else None
