"""Records that the ledger stores with the money that a voucher moves."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from zerobar.bank.settlement.model import Decision
from zerobar.ledger import Row, Small, encode_row

_COLUMNS: Final = {
    "bank.voucher_outcome": (
        "payer_id, entry, outcome, transfer_id, spender_wallet_id, amount_fen, decided_at"
    ),
    "bank.hosted_request_end": "payee_id, number, payer_id, entry",
}
TABLES: Final = {
    table: f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
    for table, columns in _COLUMNS.items()
}
"""The records that the ledger stores for vouchers, for its `Poster`."""


def outcome_row(payer_id: bytes, entry: int, decision: Decision, now: datetime) -> Row:
    """Return a voucher's outcome as it is stored: its key lets there be only one."""
    return Row(
        "bank.voucher_outcome",
        encode_row(
            payer_id,
            entry,
            Small(decision.outcome),
            decision.transfer_id,
            decision.spender_wallet_id,
            int(decision.amount),
            now,
        ),
    )


def request_end_row(payee_id: bytes, number: int, payer_id: bytes, entry: int) -> Row:
    """Return by which voucher a hosted payee's request was settled."""
    return Row("bank.hosted_request_end", encode_row(payee_id, number, payer_id, entry))
