"""Records that the ledger stores with the money: how each becomes a row."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.paying.model import (
    Confirmation,
    Notice,
    Payment,
    Refund,
    RequestState,
)
from zerobar.ledger import Row, Small, encode_row

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


def payment_row(payment: Payment) -> Row:
    """Return a payment as it is stored."""
    return Row(
        "bank.payment",
        encode_row(
            payment.id,
            payment.payer_wallet_id,
            payment.payee_wallet_id,
            int(payment.amount),
            Small(payment.kind),
            Small(payment.authority),
            payment.memo,
            payment.subject_id,
            payment.shop_id,
            payment.card_id,
            int(payment.card_amount),
            payment.made_at,
            payment.evidence.key_id,
            payment.evidence.signed_bytes,
            payment.evidence.signature,
        ),
    )


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
    return Row(
        "bank.notice",
        encode_row(
            notice.person_id,
            notice.id,
            notice.wallet_id,
            Small(notice.kind),
            notice.subject_id,
            int(notice.amount),
            notice.text,
            notice.made_at,
        ),
    )
