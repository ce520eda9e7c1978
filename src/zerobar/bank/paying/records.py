"""Records that the ledger stores with the money: how each becomes a row."""

from __future__ import annotations

import struct
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from zerobar.bank.paying.model import (
    Confirmation,
    Notice,
    Payment,
    Refund,
    RequestState,
)
from zerobar.ledger import Row, encode_row
from zerobar.ledger.records import encode_field, microseconds

_COLUMNS: Final = {
    "bank.payment": (
        "payment_id, payer_wallet_id, payee_wallet_id, amount_fen, kind, authority, memo,"
        " subject_id, shop_id, card_id, card_amount_fen, made_at, key_id, signed_bytes, signature"
    ),
    "bank.refund": (
        "refund_id, payment_id, payer_wallet_id, payee_wallet_id, amount_fen, card_id,"
        " card_amount_fen, reason, made_at"
    ),
    "bank.money_request_end": "request_id, state, ended_at",
    "bank.confirmation": (
        "wallet_id, payment_id, order_id, payee_wallet_id, amount_fen, memo, made_at, expires_at,"
        " key_id, signed_bytes, signature"
    ),
    "bank.confirmation_by_payment": "payment_id, wallet_id",
    "bank.confirmation_end": "payment_id, state, ended_at",
    "bank.notice": ("person_id, notice_id, wallet_id, kind, subject_id, amount_fen, text, made_at"),
}
TABLES: Final = {
    table: f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
    for table, columns in _COLUMNS.items()
}
"""The records that the ledger stores for payments, for its `Poster`."""


# A payment and its notice are stored with every payment, so they are packed a few fields at a time:
# each of these widths is followed by its value. All others are encoded field by field.
_PAYMENT_HEAD: Final = struct.Struct(">h i16s i16s i16s iq ih ih")
_PAYMENT_TAIL: Final = struct.Struct(">iq iq i16s")
_NOTICE: Final = struct.Struct(">h i16s i16s i16s ih i16s iq")
_TIME: Final = struct.Struct(">iq")


def payment_row(payment: Payment) -> Row:
    """Return a payment as it is stored."""
    evidence = payment.evidence
    head = _PAYMENT_HEAD.pack(
        *(15, 16, payment.id.bytes),
        *(16, payment.payer_wallet_id.bytes, 16, payment.payee_wallet_id.bytes),
        *(8, payment.amount, 2, payment.kind, 2, payment.authority),
    )
    tail = _PAYMENT_TAIL.pack(
        8, payment.card_amount, 8, _moment(payment.made_at), 16, evidence.key_id.bytes
    )
    named = payment.memo, payment.subject_id, payment.shop_id, payment.card_id
    proof = evidence.signed_bytes, evidence.signature
    parts = head, *map(encode_field, named), tail, *map(encode_field, proof)
    return Row("bank.payment", b"".join(parts))


@lru_cache(maxsize=16)
def _moment(moment: datetime) -> int:
    """Return when; the payments of a group are made at one moment."""
    return microseconds(moment)


def refund_row(refund: Refund) -> Row:
    """Return a refund as it is stored."""
    return Row(
        "bank.refund",
        encode_row(
            refund.id,
            refund.payment_id,
            refund.payer_wallet_id,
            refund.payee_wallet_id,
            int(refund.amount),
            refund.card_id,
            int(refund.card_amount),
            refund.reason,
            refund.made_at,
        ),
    )


def request_end_row(request_id: UUID, state: RequestState, ended_at: datetime) -> Row:
    """Return how a request for money ended."""
    return Row("bank.money_request_end", encode_row(request_id, str(state), ended_at))


def confirmation_rows(confirmation: Confirmation) -> tuple[Row, ...]:
    """Return a confirmation that waits for the holder, and how to find it by its payment."""
    stored = encode_row(
        confirmation.wallet_id,
        confirmation.id,
        confirmation.order_id,
        confirmation.payee_wallet_id,
        int(confirmation.amount),
        confirmation.memo,
        confirmation.made_at,
        confirmation.expires_at,
        confirmation.evidence.key_id,
        confirmation.evidence.signed_bytes,
        confirmation.evidence.signature,
    )
    found_by = encode_row(confirmation.id, confirmation.wallet_id)
    return Row("bank.confirmation", stored), Row("bank.confirmation_by_payment", found_by)


def confirmation_end_row(payment_id: UUID, state: RequestState, ended_at: datetime) -> Row:
    """Return how a confirmation ended."""
    return Row("bank.confirmation_end", encode_row(payment_id, str(state), ended_at))


def notice_row(notice: Notice) -> Row:
    """Return something that a person is to be told."""
    head = _NOTICE.pack(
        *(8, 16, notice.person_id.bytes, 16, notice.id.bytes, 16, notice.wallet_id.bytes),
        *(2, notice.kind, 16, notice.subject_id.bytes, 8, notice.amount),
    )
    made_at = _TIME.pack(8, _moment(notice.made_at))
    return Row("bank.notice", b"".join((head, encode_field(notice.text), made_at)))
