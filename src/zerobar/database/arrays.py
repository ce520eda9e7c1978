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

# PostgreSQL's array_recv: dimensions, whether an item may be null, the items' type; length, first.
_HEAD: Final = struct.Struct(">iiIii")
_LENGTH: Final = struct.Struct(">i")
_BIGINT: Final = struct.Struct(">iq")


class ByteStrings(list[bytes]):
    """Items of a bytea[]."""


class Bigints(list[int]):
    """Items of a bigint[]."""


def encode_array(item_oid: int, many: int, fields: Iterable[bytes]) -> bytes:
    """Return an array's binary form.

    Args:
        item_oid: the items' type, as PostgreSQL numbers it.
        many: how many fields there are.
        fields: the items, each with its length in front (4 bytes; -1: null), as in a binary COPY.
    """
    return b"".join((_HEAD.pack(1, 1, item_oid, many, 1), *fields))


class _ArrayDumper(Dumper):
    format = Format.BINARY
    item_oid: ClassVar[int]


class _ByteStringsDumper(_ArrayDumper):
    oid = psycopg.postgres.types["bytea"].array_oid
    item_oid = psycopg.postgres.types["bytea"].oid

    def dump(self, obj: ByteStrings) -> bytes:
        fields = zip(map(_LENGTH.pack, map(len, obj)), obj, strict=True)
        return encode_array(self.item_oid, len(obj), map(b"".join, fields))


class _BigintsDumper(_ArrayDumper):
    oid = psycopg.postgres.types["int8"].array_oid
    item_oid = psycopg.postgres.types["int8"].oid

    def dump(self, obj: Bigints) -> bytes:
        return encode_array(self.item_oid, len(obj), map(_BIGINT.pack, repeat(8), obj))


psycopg.adapters.register_dumper(ByteStrings, _ByteStringsDumper)
psycopg.adapters.register_dumper(Bigints, _BigintsDumper)
