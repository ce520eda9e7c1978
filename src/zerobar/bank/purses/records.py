"""Records that the ledger stores with the money that goes from a wallet into a purse."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.purses.model import Charge
from zerobar.ledger import Row, encode_row
from zerobar.purse.messages import Request

_COLUMNS: Final = {
    "bank.purse_charge": (
        "payee_id, number, charge_id, wallet_id, amount_fen, request, made_at, key_id,"
        " signed_bytes, signature"
    ),
    "bank.purse_charge_due": "payee_id, number, request",
    "bank.owed_load": "payee_id, number, request, mark_id, amount_fen, made_at",
    "bank.load_recovery": (
        "payer_id, entry, before_fen, purse_id, wallet_id, from_wallet_fen, from_loss_fen, made_at"
    ),
    "bank.load_recovery_untold": "payer_id, entry, before_fen",
}
TABLES: Final = {
    table: f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
    for table, columns in _COLUMNS.items()
}
"""The records that the ledger stores for charges and marks, for its `Poster`."""


def charge_rows(charge: Charge) -> tuple[Row, ...]:
    """Return a charge as it is stored, and the note that its voucher is still to be signed."""
    request = charge.request
    stored = encode_row(
        request.payee_id,
        request.number,
        charge.id,
        charge.wallet_id,
        int(charge.amount),
        bytes(request),
        charge.made_at,
        charge.consent.key_id,
        charge.consent.signed_bytes,
        charge.consent.signature,
    )
    return (
        Row("bank.purse_charge", stored),
        Row("bank.purse_charge_due", encode_row(request.payee_id, request.number, bytes(request))),
    )


def owed_load_row(request: Request, mark_id: UUID, now: datetime) -> Row:
    """Return the note that a request is paid from what is owed, stored with its mark."""
    key = request.payee_id, request.number, bytes(request)
    return Row("bank.owed_load", encode_row(*key, mark_id, int(request.amount), now))


def recovery_rows(
    step: tuple[bytes, int, int],
    of: tuple[bytes, UUID | None],
    parts_fen: tuple[int, int],
    now: datetime,
) -> tuple[Row, ...]:
    """Return what is booked of a forgotten load, and the note that staff are still to be told.

    Args:
        step: payer id and entry of the operator's voucher, and what was booked of it before: so
            the same is booked once.
        of: the purse that has it, and the wallet that is to pay it.
        parts_fen: from the wallet, and from the vault.
        now: when.
    """
    return (
        Row("bank.load_recovery", encode_row(*step, *of, *parts_fen, now)),
        Row("bank.load_recovery_untold", encode_row(*step)),
    )
