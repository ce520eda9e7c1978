"""Records that the ledger stores with the money that goes from a wallet into a purse."""

from __future__ import annotations

from typing import Final

from zerobar.bank.purses.model import Charge
from zerobar.ledger import Row, encode_row

_COLUMNS: Final = {
    "bank.purse_charge": (
        "payee_id, number, charge_id, wallet_id, amount_fen, request, made_at, key_id,"
        " signed_bytes, signature"
    ),
    "bank.purse_charge_due": "payee_id, number",
}
TABLES: Final = {
    table: f"COPY {table} ({columns}) FROM STDIN (FORMAT binary)"
    for table, columns in _COLUMNS.items()
}
"""The records that the ledger stores for charges, for its `Poster`."""


def charge_rows(charge: Charge) -> tuple[Row, ...]:
    """Return a charge as it is stored, and the note that its voucher is still to be signed."""
    stored = encode_row(
        *charge.key,
        charge.id,
        charge.wallet_id,
        int(charge.amount),
        bytes(charge.request),
        charge.made_at,
        charge.consent.key_id,
        charge.consent.signed_bytes,
        charge.consent.signature,
    )
    return (
        Row("bank.purse_charge", stored),
        Row("bank.purse_charge_due", encode_row(*charge.key)),
    )
