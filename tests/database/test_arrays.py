"""Arrays that are encoded in one go arrive as psycopg's own do, item by item."""

from __future__ import annotations

import pytest

from zerobar.database import Database, connect
from zerobar.database.arrays import Bigints, ByteStrings

STRINGS = [
    [],
    [b""],
    [b"\0" * 8, b"x", b"", b"\xff" * 300],
    [bytes((n % 256,)) for n in range(999)],
]
NUMBERS = [[], [0], [-1, 1, 2**63 - 1, -(2**63)], list(range(999))]


@pytest.mark.parametrize("items", STRINGS)
def test_byte_strings_arrive_as_they_were_given(database: Database, items: list[bytes]) -> None:
    with connect(database, "test") as connection:
        found = connection.execute("SELECT unnest(%s::bytea[])", (ByteStrings(items),)).fetchall()
        plain = connection.execute("SELECT %s::bytea[] = %s", (items, ByteStrings(items)))
        assert plain.fetchone() == (True,)
    assert [item for (item,) in found] == items


@pytest.mark.parametrize("items", NUMBERS)
def test_numbers_arrive_as_they_were_given(database: Database, items: list[int]) -> None:
    with connect(database, "test") as connection:
        found = connection.execute("SELECT unnest(%s::bigint[])", (Bigints(items),)).fetchall()
        plain = connection.execute("SELECT %s::bigint[] = %s", (items, Bigints(items)))
        assert plain.fetchone() == (True,)
    assert [item for (item,) in found] == items
