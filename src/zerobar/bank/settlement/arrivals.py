"""Records of a batch, taken apart: what can be said of one without asking anybody.

Thousands are looked at in a moment, so a voucher is not made a `Voucher` here; a test holds
`taken_apart` to what `Voucher.parse` and `Certificate.parse` say, and `all_apart` to that.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence, Set
from typing import Any, Final

import msgspec

from zerobar.bank.settlement.batch import RECORD_LENGTH
from zerobar.bank.settlement.model import Reason
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.money import MAX_AMOUNT

_RECORD: Final = struct.Struct(">52s64s137s")
_BODY: Final = struct.Struct(">BB8sI8sIIH20x")
_HEAD: Final = 3 << 4 | 1
"""Byte 0 of a voucher of suite 1, the only one that this build computes with."""
_HIGHEST_KIND: Final = int(Kind.AUTHORISE)
_UNWRITTEN: Final = bytes(8)
assert _RECORD.size == RECORD_LENGTH and _BODY.size == Voucher.BODY_LENGTH


class Arrival(msgspec.Struct, gc=False):
    """A voucher that came in, well formed, its payer not yet looked at.

    Attributes:
        place: in the batch, from 0.
        body: the 52 bytes that are its identity.
        certificate: 137 bytes, as they came.
    """

    place: int
    body: bytes
    signature: bytes
    certificate: bytes
    kind: int
    payer_id: bytes
    entry: int
    payee_id: bytes
    number: int
    amount_fen: int
    currency: int


def taken_apart(place: int, record: bytes) -> Arrival | Reason:
    """Return the voucher of a record of at most 253 bytes, or why it is none."""
    if len(record) != RECORD_LENGTH or record[-8:] == _UNWRITTEN:
        return Reason.TRUNCATED
    body, signature, certificate = _RECORD.unpack(record)
    head, *fields = _BODY.unpack(body)
    arrival = Arrival(place, body, signature, certificate, *fields)
    return arrival if _is_voucher(head, arrival) else Reason.MALFORMED


def all_apart(start: int, records: Sequence[bytes]) -> tuple[list[Arrival], dict[int, Reason]]:
    """Return the vouchers of records from a place on, and by place why the others are none.

    As `taken_apart` says of each, but column by column; only the last record may be shorter.
    """
    whole = [record for record in records if len(record) == RECORD_LENGTH]
    bodies, signatures, certificates = _columns(map(_RECORD.unpack, whole), 3)
    heads, *fields = _columns(_BODY.iter_unpack(b"".join(bodies)), 8)
    places = range(start, start + len(whole))
    arrivals = map(Arrival, places, bodies, signatures, certificates, *fields)
    there = [
        arrival
        for head, arrival in zip(heads, arrivals, strict=True)
        if _is_voucher(head, arrival) and arrival.certificate[-8:] != _UNWRITTEN
    ]
    return there, _none_at(start, records, {arrival.place for arrival in there})


def _columns(rows: Iterable[tuple[Any, ...]], many: int) -> Iterable[tuple[Any, ...]]:
    return tuple(zip(*rows, strict=True)) or ((),) * many


def _is_voucher(head: int, arrival: Arrival) -> bool:
    return (
        head == _HEAD
        and 1 <= arrival.kind <= _HIGHEST_KIND
        and 1 <= arrival.amount_fen <= MAX_AMOUNT
    )


def _none_at(start: int, records: Sequence[bytes], there: Set[int]) -> dict[int, Reason]:
    """Return by place why records that are not there as vouchers are none."""
    if len(there) == len(records):
        return {}
    found = {
        place: taken_apart(place, record)
        for place, record in enumerate(records, start)
        if place not in there
    }
    return {place: reason for place, reason in found.items() if isinstance(reason, Reason)}
