"""What is owed to purses that have no wallet: it comes as a voucher at their next LOAD request.

What was unloaded, refunded or redirected and cannot go to a wallet stays in the float and is noted
here; what the operator has signed a voucher for is noted as taken off, and as owed again if the
purse voids that.
"""

from __future__ import annotations

from datetime import datetime

from zerobar.database import Connection
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen


def owed_to(connection: Connection, purse_id: bytes) -> Fen:
    """Return what is owed to a purse now."""
    row = connection.execute(
        "SELECT coalesce(sum(amount_fen), 0) FROM bank.purse_owed WHERE purse_id = %s",
        (purse_id,),
    ).fetchone()
    assert row is not None
    return Fen(int(row[0]))


def note_paid(connection: Connection, voucher: Voucher, now: datetime) -> None:
    """Take off what an operator's voucher pays to its payee, in the transaction that stores it.

    The caller has locked the purse and found that so much is owed; the same again changes nothing.
    """
    connection.execute(
        "INSERT INTO bank.purse_owed (purse_id, payer_id, entry, amount_fen, noted_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (voucher.payee_id, voucher.payer_id, voucher.entry, -int(voucher.amount), now),
    )
