"""Rows of other tables, encoded by whoever sends them: PostgreSQL's binary COPY form."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_NULL: Final = struct.pack(">i", -1)


class Small(int):
    """An integer for a column of type smallint."""


class Int(int):
    """An integer for a column of type integer."""


Value = UUID | int | str | bytes | datetime | bool | None
"""What a column can be given: an integer alone is a bigint, a datetime a timestamptz."""

_COUNT: Final = struct.Struct(">h")
_LENGTH: Final = struct.Struct(">i")
_BOOL: Final = struct.Struct(">i?")
_SMALL: Final = struct.Struct(">ih")
_INT: Final = struct.Struct(">ii")
_BIGINT: Final = struct.Struct(">iq")
_UUID: Final = struct.Struct(">i16s")


def encode_row(*values: Value) -> bytes:
    """Encode one row, for `Row.data`; its columns must have just the types of the values."""
    return _COUNT.pack(len(values)) + b"".join(map(encode_field, values))


def encode_field(value: Value) -> bytes:
    """Encode one field of a row, its length before it."""
    return _FIELDS.get(type(value), _of_subclass)(value)


def microseconds(moment: datetime) -> int:
    """Return microseconds since 2000-01-01 UTC, as PostgreSQL counts them."""
    assert moment.tzinfo is not None, "times are aware"
    return (moment - _EPOCH) // _MICROSECOND


def _of_subclass(value: Value) -> bytes:
    """Encode a value by the type that its own derives from, as an enumeration from an integer."""
    for kind in (int, str, bytes, datetime, UUID):
        if isinstance(value, kind):
            return _FIELDS[kind](value)
    raise AssertionError(f"no column takes a {type(value).__name__}")


def _variable(data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + data


_FIELDS: Final[dict[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: _NULL,
    bool: lambda value: _BOOL.pack(1, value),
    Small: lambda value: _SMALL.pack(2, value),
    Int: lambda value: _INT.pack(4, value),
    int: lambda value: _BIGINT.pack(8, value),
    datetime: lambda value: _BIGINT.pack(8, microseconds(value)),
    UUID: lambda value: _UUID.pack(16, value.bytes),
    str: lambda value: _variable(value.encode()),
    bytes: _variable,
}
