"""Records of a batch, taken apart: what can be said of one without asking anybody.

Thousands are looked at in a moment, so a voucher is not made a `Voucher` here; a test holds
`taken_apart` to what `Voucher.parse` and `Certificate.parse` say.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

from zerobar.bank.settlement.batch import RECORD_LENGTH
from zerobar.bank.settlement.model import Reason
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.money import MAX_AMOUNT

_RECORD: Final = struct.Struct(">52s64s137s")
_BODY: Final = struct.Struct(">BB8sI8sIIH20x")
_HEAD: Final = 3 << 4 | 1
"""Byte 0 of a voucher of suite 1, the only one that this build computes with."""
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
    head, kind, payer_id, entry, payee_id, number, amount, currency = _BODY.unpack(body)
    if head != _HEAD or not 1 <= kind <= Kind.AUTHORISE or not 1 <= amount <= MAX_AMOUNT:
        return Reason.MALFORMED
    return Arrival(
        place,
        body,
        signature,
        certificate,
        kind,
        payer_id,
        entry,
        payee_id,
        number,
        amount,
        currency,
    )
