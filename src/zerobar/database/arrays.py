"""Long arrays as parameters: encoded in one go, where psycopg looks at each item by itself.

connection.execute("... unnest(%s::bytea[], %s::bigint[])", (ByteStrings(ids), Bigints(entries)))
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import repeat
from typing import ClassVar, Final

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

# PostgreSQL's array_recv: dimensions, whether any item is null, the items' type; length, first.
_HEAD: Final = struct.Struct(">iiIii")
_LENGTH: Final = struct.Struct(">i")
_BIGINT: Final = struct.Struct(">iq")


class ByteStrings(list[bytes]):
    """Items of a bytea[]."""


class Bigints(list[int]):
    """Items of a bigint[]."""


class _ArrayDumper(Dumper):
    format = Format.BINARY
    item_oid: ClassVar[int]

    def _array(self, many: int, items: Iterable[bytes]) -> bytes:
        return b"".join((_HEAD.pack(1, 0, self.item_oid, many, 1), *items))


class _ByteStringsDumper(_ArrayDumper):
    oid = psycopg.postgres.types["bytea"].array_oid
    item_oid = psycopg.postgres.types["bytea"].oid

    def dump(self, obj: ByteStrings) -> bytes:
        fields = zip(map(_LENGTH.pack, map(len, obj)), obj, strict=True)
        return self._array(len(obj), map(b"".join, fields))


class _BigintsDumper(_ArrayDumper):
    oid = psycopg.postgres.types["int8"].array_oid
    item_oid = psycopg.postgres.types["int8"].oid

    def dump(self, obj: Bigints) -> bytes:
        return self._array(len(obj), map(_BIGINT.pack, repeat(8), obj))


psycopg.adapters.register_dumper(ByteStrings, _ByteStringsDumper)
psycopg.adapters.register_dumper(Bigints, _BigintsDumper)
