"""Storing a small group: one prepared INSERT for each table, all in one message.

A COPY is a turn of its own: its rows may go only when the server has said that it waits for them,
and the server thinks about the statement anew each time. For thousands of rows that is nothing, for
a few it is most of what storing costs. So a small group goes as prepared INSERTs from arrays, which
the server takes from one message, as one transaction, and answers at once.

The rows are those that a COPY takes: a field of its binary form is just what an element of a
binary array is, so a column of many rows is an array with nothing to convert.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.errors import error_from_result

from zerobar.database.arrays import encode_array

_COPY: Final = re.compile(r"COPY (?P<table>[\w.]+) \((?P<columns>[\w, ]+)\) FROM STDIN")
_BINARY: Final = 1
_FIELDS: Final = struct.Struct(">h")
_LENGTH: Final = struct.Struct(">i")

_TYPES: Final = """
    SELECT wanted.name, format_type(t.oid, NULL), t.oid::bigint
    FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (name, place)
    JOIN pg_attribute a ON a.attrelid = to_regclass(%s) AND a.attname = wanted.name
    JOIN pg_type t ON t.oid = a.atttypid AND t.typcategory <> 'A'
    ORDER BY wanted.place
"""
_STATEMENT: Final = "ledger_insert_{}"


class Insert(NamedTuple):
    """A prepared INSERT.

    Attributes:
        name: of the prepared statement.
        types: of the columns, as PostgreSQL numbers them.
    """

    name: bytes
    types: tuple[int, ...]


class Values(NamedTuple):
    """What a prepared statement is to be given."""

    name: bytes
    values: Sequence[bytes]


def prepare_inserts(
    connection: psycopg.Connection[Any], copies: Iterable[str]
) -> dict[str, Insert]:
    """Prepare for each COPY an INSERT that does the same; those that have none are left out.

    Args:
        connection: on which they will be used, and little else.
        copies: statements that name their table and columns.
    """
    connection.execute("SET plan_cache_mode = force_generic_plan")
    asked, inserts = _columns(connection, copies), {}
    # Some thirty statements, of which none has to wait for the answer to another.
    with connection.pipeline():
        for number, (copy, columns) in enumerate(asked.items()):
            inserts[copy] = _prepared(connection, copy, _STATEMENT.format(number), columns)
    return inserts


def _columns(
    connection: psycopg.Connection[Any], copies: Iterable[str]
) -> dict[str, Sequence[Any]]:
    """Return name and type of the columns that each COPY fills, unless an array is among them."""
    names, asked = {}, {}
    with connection.pipeline():
        for copy in copies:
            if (said := _COPY.match(copy)) is not None:
                names[copy] = said["columns"].split(", ")
                asked[copy] = connection.execute(_TYPES, (names[copy], said["table"]))
    found = {copy: cursor.fetchall() for copy, cursor in asked.items()}
    return {copy: types for copy, types in found.items() if len(types) == len(names[copy])}


def _prepared(
    connection: psycopg.Connection[Any], copy: str, name: str, columns: Sequence[Any]
) -> Insert:
    said = _COPY.match(copy)
    assert said is not None
    arrays = ", ".join(f"unnest(${i}::{kind}[])" for i, (_, kind, _) in enumerate(columns, 1))
    connection.execute(
        f"PREPARE {name} AS INSERT INTO {said['table']} ({said['columns']})"
        f" SELECT {arrays}".encode()
    )
    return Insert(name.encode(), tuple(number for _, _, number in columns))


def values_of(
    rows: Mapping[str, Sequence[bytes]], inserts: Mapping[str, Insert]
) -> list[Values] | None:
    """Return the same rows for INSERTs, or None if they are not for them: then a COPY takes them.

    Args:
        rows: in COPY's form, by the COPY that would take them; in this order they are stored.
        inserts: what is prepared.
    """
    given = []
    for copy, pieces in rows.items():
        insert = inserts.get(copy)
        columns = None if insert is None else _apart(b"".join(pieces), len(insert.types))
        if insert is None or columns is None:
            return None
        fields = zip(insert.types, columns, strict=True)
        arrays = [encode_array(kind, len(each), each) for kind, each in fields]
        given.append(Values(insert.name, arrays))
    return given


def _apart(data: bytes, many: int) -> list[list[bytes]] | None:
    """Return the fields of rows by column, each with its length; None if these are no such rows."""
    columns: list[list[bytes]] = [[] for _ in range(many)]
    at, end = 0, len(data)
    head = _FIELDS.pack(many)
    try:
        while at < end:
            if data[at : at + 2] != head:
                return None
            at += 2
            for column in columns:
                length: int = _LENGTH.unpack_from(data, at)[0]
                after = at + 4 + (length if length > 0 else 0)
                column.append(data[at:after])
                at = after
    except struct.error:
        return None
    return columns if at == end else None


def execute_all(connection: pq.abc.PGconn, first: bytes, given: Sequence[Values]) -> PQGen[None]:
    """Execute a statement and prepared ones as one transaction; raise what the server answers."""
    connection.enter_pipeline_mode()
    connection.send_query_params(first, None)
    for name, values in given:
        connection.send_query_prepared(name, values, [_BINARY] * len(values))
    connection.pipeline_sync()
    yield from generators.send(connection)
    failed = yield from _failure(connection)
    connection.exit_pipeline_mode()
    if failed is not None:
        raise error_from_result(failed)


def _failure(connection: pq.abc.PGconn) -> PQGen[pq.abc.PGresult | None]:
    """Wait for all answers; return the first that is an error."""
    failed = None
    while True:
        result = yield from generators.fetch(connection)
        if result is None:
            continue
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return failed
        if result.status == pq.ExecStatus.FATAL_ERROR:
            failed = failed or result
