"""Rows in PostgreSQL's binary COPY format: the fastest way in, and it takes many at once."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from zerobar.ledger.books import NewEntry
from zerobar.ledger.model import Posted, Transfer

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_NULL: Final = struct.pack(">i", -1)

# Every field is a 4-byte length and its bytes; a row begins with its number of fields.
_ENTRY: Final = struct.Struct(">hi16siqi16siqiqiqiq")
_TRANSFER: Final = struct.Struct(">hi16siqiqihihihi16si16siq")
_HOLD_END: Final = struct.Struct(">hi16si16s")

COPY_ENTRIES: Final = (
    "COPY ledger.entry (account_id, number, transfer_id, amount_fen, balance_fen, held_fen,"
    " posted_at) FROM STDIN (FORMAT binary)"
)
COPY_TRANSFERS: Final = (
    "COPY ledger.transfer (transfer_id, group_number, posted_at, result, kind, code, debit_id,"
    " credit_id, amount_fen, hold_id, reference) FROM STDIN (FORMAT binary)"
)
COPY_HOLD_ENDS: Final = "COPY ledger.hold_end (hold_id, transfer_id) FROM STDIN (FORMAT binary)"


def entry_rows(entries: Iterable[NewEntry], posted_at_us: int) -> bytes:
    """Encode entries; the time in microseconds since 2000-01-01 UTC."""
    pack = _ENTRY.pack
    rows = [
        pack(7, 16, e[0].bytes, 8, e[1], 16, e[2].bytes, 8, e[3], 8, e[4], 8, e[5], 8, posted_at_us)
        for e in entries
    ]
    return _HEADER + b"".join(rows) + _TRAILER


def transfer_rows(
    judged: Iterable[tuple[Transfer, Posted]], group: int, posted_at_us: int
) -> bytes:
    """Encode transfers with their results."""
    rows = [_transfer_row(t, posted.result, group, posted_at_us) for t, posted in judged]
    return _HEADER + b"".join(rows) + _TRAILER


def _transfer_row(t: Transfer, result: int, group: int, posted_at_us: int) -> bytes:
    row = _TRANSFER.pack(
        11,
        *(16, t.id.bytes),
        *(8, group),
        *(8, posted_at_us),
        *(2, result),
        *(2, t.kind),
        *(2, t.code),
        *(16, t.debit.bytes),
        *(16, t.credit.bytes),
        *(8, t.amount),
    )
    hold = _NULL if t.hold is None else struct.pack(">i16s", 16, t.hold.bytes)
    return row + hold + struct.pack(">i", len(t.reference)) + t.reference


def hold_end_rows(ends: Iterable[Transfer]) -> bytes:
    """Encode which transfer ended which hold."""
    rows = [_HOLD_END.pack(2, 16, t.hold.bytes, 16, t.id.bytes) for t in ends if t.hold]
    return _HEADER + b"".join(rows) + _TRAILER
