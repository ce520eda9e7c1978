"""Rows in PostgreSQL's binary COPY format: the fastest way in, and it takes many at once."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final

from zerobar.ledger.books import NewCount, NewEntry
from zerobar.ledger.model import Posted, Transfer

_NULL: Final = (-1, b"")

_HOLD_END: Final = struct.Struct(">hi16si16s")
_COUNT: Final = struct.Struct(">hi16siiiqiqi16siq")
_ACCOUNT_END: Final = struct.Struct(">hi16siq")

Column = tuple[int, bytes]
"""A field of many rows: its width in bytes, and all its values, or the one that all rows have."""

COPY_ENTRIES: Final = (
    "COPY ledger.entry (account_id, number, transfer_id, amount_fen, balance_fen, held_fen,"
    " posted_at) FROM STDIN (FORMAT binary)"
)
COPY_TRANSFERS: Final = (
    "COPY ledger.transfer (transfer_id, group_number, posted_at, result, kind, code, debit_id,"
    " credit_id, amount_fen, hold_id, reference, counter) FROM STDIN (FORMAT binary)"
)
COPY_HOLD_ENDS: Final = "COPY ledger.hold_end (hold_id, transfer_id) FROM STDIN (FORMAT binary)"
COPY_COUNTS: Final = (
    "COPY ledger.counter (key, period, number, total, transfer_id, posted_at)"
    " FROM STDIN (FORMAT binary)"
)
COPY_ACCOUNT_ENDS: Final = (
    "COPY ledger.account_end (account_id, closed_at) FROM STDIN (FORMAT binary)"
)


def entry_rows(entries: Sequence[NewEntry], posted_at_us: int) -> bytes:
    """Encode entries; the time in microseconds since 2000-01-01 UTC."""
    accounts, numbers, transfers, amounts, balances, held = zip(*entries, strict=True)
    columns = [
        _uuids(accounts),
        _bigints(numbers),
        _uuids(transfers),
        *map(_bigints, (amounts, balances, held)),
        _bigints([posted_at_us]),
    ]
    return _rows(columns, len(entries))


def transfer_rows(
    judged: Sequence[tuple[Transfer, Posted]], group: int, posted_at_us: int
) -> bytes:
    """Encode transfers with their results.

    Those with fields of the same widths go together; their order in the table means nothing.
    """
    shapes = [(t.hold is None, len(t.reference), posted.counter is None) for t, posted in judged]
    if len(set(shapes)) == 1:
        return _transfers_alike(judged, group, posted_at_us)
    alike: dict[tuple[bool, int, bool], list[tuple[Transfer, Posted]]] = {}
    for shape, answered in zip(shapes, judged, strict=True):
        alike.setdefault(shape, []).append(answered)
    return b"".join(_transfers_alike(some, group, posted_at_us) for some in alike.values())


def _transfers_alike(
    judged: Sequence[tuple[Transfer, Posted]], group: int, posted_at_us: int
) -> bytes:
    transfers = [transfer for transfer, _ in judged]
    holds = [t.hold.int for t in transfers if t.hold is not None]
    counters = [posted.counter for _, posted in judged if posted.counter is not None]
    columns = [
        _uuids([t.id.int for t in transfers]),
        _bigints([group]),
        _bigints([posted_at_us]),
        _smallints([posted.result for _, posted in judged]),
        _smallints([t.kind for t in transfers]),
        _smallints([t.code for t in transfers]),
        _uuids([t.debit.int for t in transfers]),
        _uuids([t.credit.int for t in transfers]),
        _bigints([t.amount for t in transfers]),
        _uuids(holds) if holds else _NULL,
        (len(transfers[0].reference), b"".join([t.reference for t in transfers])),
        _smallints(counters) if counters else _NULL,
    ]
    return _rows(columns, len(judged))


def _uuids(numbers: Sequence[int]) -> Column:
    # To whole numbers of 16 bytes, the first byte being the highest.
    return 16, b"".join(map(int.to_bytes, numbers, repeat(16)))


def _bigints(numbers: Sequence[int]) -> Column:
    return 8, struct.pack(f">{len(numbers)}q", *numbers)


def _smallints(numbers: Sequence[int]) -> Column:
    return 2, struct.pack(f">{len(numbers)}h", *numbers)


def _rows(columns: Sequence[Column], many: int) -> bytes:
    """Encode rows column by column: each byte of a field goes into all rows at once.

    Every field is a 4-byte length and its bytes; a row begins with its number of fields. So all
    rows are one pattern, over and over, with the values that differ written into it.
    """
    pattern, varying = bytearray(struct.pack(">h", len(columns))), []
    for width, data in columns:
        pattern += struct.pack(">i", width)
        if len(data) == width:
            pattern += data
        elif width > 0:
            varying.append((len(pattern), width, data))
            pattern += bytes(width)
    rows, length = pattern * many, len(pattern)
    for offset, width, data in varying:
        for i in range(width):
            rows[offset + i :: length] = data[i::width]
    return bytes(rows)


def _uuid(number: int) -> bytes:
    return number.to_bytes(16, "big")


def hold_end_rows(ends: Iterable[Transfer]) -> bytes:
    """Encode which transfer ended which hold."""
    return b"".join(_HOLD_END.pack(2, 16, t.hold.bytes, 16, t.id.bytes) for t in ends if t.hold)


def count_rows(counts: Iterable[NewCount], posted_at_us: int) -> bytes:
    """Encode counters' new totals."""
    return b"".join(
        _COUNT.pack(6, 16, _uuid(key), 4, period, 8, n, 8, total, 16, _uuid(by), 8, posted_at_us)
        for key, period, n, total, by in counts
    )


def account_end_rows(account_ids: Iterable[int], closed_at_us: int) -> bytes:
    """Encode which accounts were closed."""
    return b"".join(_ACCOUNT_END.pack(2, 16, _uuid(i), 8, closed_at_us) for i in account_ids)
