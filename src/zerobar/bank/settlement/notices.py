"""What the server of a merchant is told when a card has paid its hosted payee."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.database import Connection
from zerobar.purse.messages import Voucher

JOIN_VOUCHER: Final = """
    JOIN bank.voucher v ON v.payer_id = substring(t.reference for 8)
     AND v.entry = ('x' || encode(substring(t.reference from 9 for 4), 'hex'))::bit(32)::bigint
"""
"""The voucher v that a transfer t settled: its reference is payer id and entry, 12 bytes."""
_SETTLED: Final = f"""
    SELECT v.body || v.signature, t.posted_at FROM ledger.transfer t {JOIN_VOUCHER}
    WHERE t.transfer_id = %s
"""  # noqa: S608 - names in the code, no input


def voucher_facts(connection: Connection, transfer_id: UUID) -> dict[str, object]:
    """Return what a notice says of a settled voucher: all that its payee needs to credit it."""
    row = connection.execute(_SETTLED, (transfer_id,)).fetchone()
    assert row is not None, "the notice is stored with the transfer, for a voucher that is stored"
    voucher, settled_at = Voucher.parse(row[0]), row[1]
    return {
        "payer_id": voucher.payer_id.hex(),
        "entry": voucher.entry,
        "payee_id": voucher.payee_id.hex(),
        "amount_fen": int(voucher.amount),
        "reference": voucher.reference.hex(),
        "settled_at": settled_at,
    }
