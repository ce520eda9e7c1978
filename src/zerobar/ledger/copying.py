"""Rows in PostgreSQL's binary COPY format: the fastest way in, and it takes many at once.

A row is its number of fields, and each field its length and its bytes. What is the same in many
rows is put together once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from zerobar.ledger.books import NewCount, NewEntry, account_field
from zerobar.ledger.model import Posted, Result, Transfer, TransferKind
from zerobar.ledger.records import Small, encode_field

COPY_ENTRIES: Final = (
    "COPY ledger.entry (account_id, number, transfer_id, amount_fen, balance_fen, held_fen,"
    " posted_at) FROM STDIN (FORMAT binary)"
)
COPY_TRANSFERS: Final = (
    "COPY ledger.transfer (transfer_id, debit_id, credit_id, amount_fen, group_number, posted_at,"
    " result, kind, code, hold_id, counter, reference) FROM STDIN (FORMAT binary)"
)
COPY_HOLD_ENDS: Final = "COPY ledger.hold_end (hold_id, transfer_id) FROM STDIN (FORMAT binary)"
COPY_COUNTS: Final = (
    "COPY ledger.counter (key, period, number, total, transfer_id, posted_at)"
    " FROM STDIN (FORMAT binary)"
)
COPY_ACCOUNT_ENDS: Final = (
    "COPY ledger.account_end (account_id, closed_at) FROM STDIN (FORMAT binary)"
)

ENTRY: Final = struct.Struct(">h24sqi16siqiq24s")
"""Account's field, number, transfer, amount and balance, each after its length; the rest."""
_ENTRY_REST: Final = struct.Struct(">iqiq")

PLAIN_TRANSFER: Final = struct.Struct(">hi16s20s24sq40sh8si")
"""Transfer, both accounts' fields, amount, the middle, code, NULLS, the reference's length.

The reference follows. An account's field has the length of a bigint at its end, which is right for
the credit account and cut off from the debit account's.
"""
NULLS: Final = struct.pack(">ii", -1, -1)
"""Of a transfer without hold and counter."""
_TRANSFER: Final = struct.Struct(">hi16si16si16siq40sh")
_MIDDLE: Final = struct.Struct(">iqiqihihi")

_HOLD_END: Final = struct.Struct(">hi16si16s")
_COUNT: Final = struct.Struct(">hi16siiiqiqi16siq")
_ACCOUNT_END: Final = struct.Struct(">hi16siq")


def entry_rest(held: int, posted_at_us: int) -> bytes:
    """Encode what ends an entry; the time in microseconds since 2000-01-01 UTC."""
    return _ENTRY_REST.pack(8, held, 8, posted_at_us)


def entry_row(entry: NewEntry, posted_at_us: int) -> bytes:
    """Encode an entry."""
    account_id, number, transfer_id, amount, balance, held = entry
    account, transfer = account_field(account_id), transfer_id.to_bytes(16)
    rest = entry_rest(held, posted_at_us)
    return ENTRY.pack(7, account, number, 16, transfer, 8, amount, 8, balance, rest)


def transfer_middle(group: int, posted_at_us: int, result: Result, kind: TransferKind) -> bytes:
    """Encode what stands between amount and code of a transfer."""
    return _MIDDLE.pack(8, group, 8, posted_at_us, 2, result, 2, kind, 2)


def transfer_row(transfer: Transfer, posted: Posted, group: int, posted_at_us: int) -> bytes:
    """Encode a transfer with its result."""
    named = (transfer.id, transfer.debit, transfer.credit)
    of_ids = [word for i in named for word in (16, i.bytes)]
    middle = transfer_middle(group, posted_at_us, posted.result, transfer.kind)
    head = _TRANSFER.pack(12, *of_ids, 8, transfer.amount, middle, transfer.code)
    counter = None if posted.counter is None else Small(posted.counter)
    return head + b"".join(map(encode_field, (transfer.hold, counter, transfer.reference)))


def hold_end_row(transfer: Transfer) -> bytes:
    """Encode that a transfer ended its hold."""
    assert transfer.hold is not None
    return _HOLD_END.pack(2, 16, transfer.hold.bytes, 16, transfer.id.bytes)


def count_rows(counts: Iterable[NewCount], posted_at_us: int) -> list[bytes]:
    """Encode counters' new totals."""
    return [
        _COUNT.pack(
            *(6, 16, key.to_bytes(16), 4, period, 8, number, 8, total),
            *(16, transfer_id.to_bytes(16), 8, posted_at_us),
        )
        for key, period, number, total, transfer_id in counts
    ]


def account_end_row(account_id: int, closed_at_us: int) -> bytes:
    """Encode that an account was closed."""
    return _ACCOUNT_END.pack(2, 16, account_id.to_bytes(16), 8, closed_at_us)
