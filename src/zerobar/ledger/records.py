"""Rows of other tables, encoded by whoever sends them: PostgreSQL's binary COPY form."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Final
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

_INTEGERS: Final = {
    bool: struct.Struct(">i?"),
    Small: struct.Struct(">ih"),
    Int: struct.Struct(">ii"),
}
_BIGINT: Final = struct.Struct(">iq")


def encode_row(*values: Value) -> bytes:
    """Encode one row, for `Row.data`; its columns must have just the types of the values."""
    return struct.pack(">h", len(values)) + b"".join(map(_field, values))


def microseconds(moment: datetime) -> int:
    """Return microseconds since 2000-01-01 UTC, as PostgreSQL counts them."""
    assert moment.tzinfo is not None, "times are aware"
    return (moment - _EPOCH) // _MICROSECOND


def _field(value: Value) -> bytes:
    if value is None:
        return _NULL
    if isinstance(value, int):
        form = _INTEGERS.get(type(value), _BIGINT)
        return form.pack(form.size - 4, value)
    if isinstance(value, datetime):
        return _BIGINT.pack(8, microseconds(value))
    data = _bytes_of(value)
    return struct.pack(">i", len(data)) + data


def _bytes_of(value: UUID | str | bytes) -> bytes:
    if isinstance(value, UUID):
        return value.bytes
    return value.encode() if isinstance(value, str) else value
