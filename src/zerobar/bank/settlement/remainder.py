"""What is known to be in a purse: what it was paid, less what it paid."""

from __future__ import annotations

from typing import Final

from zerobar.bank.settlement.model import Outcome
from zerobar.database import Connection
from zerobar.purse.messages import EntryKind, Kind

# An unload that moved no money waits, or came home after its purse was paid out: then its holder
# has, or gets, this money in another way.
# What it credited of a clone's second body is not stored as a voucher, and is its holder's all the
# same; the amount is bytes 26 to 29 of the body.
_REMAINDER: Final = """
    SELECT
        (SELECT coalesce(sum(
             ('x' || encode(substring(l.content from 27 for 4), 'hex'))::bit(32)::bigint), 0)
         FROM bank.purse_log l
         LEFT JOIN bank.voucher v ON v.payer_id = l.payer_id AND v.entry = l.payer_entry
         WHERE l.purse_id = %(id)s AND l.kind = %(credit)s
           AND v.body IS DISTINCT FROM l.content)
      +
        (SELECT coalesce(sum(v.amount_fen), 0) FROM bank.voucher v
         JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
         WHERE v.payee_id = %(id)s AND v.kind <> %(authorise)s AND o.outcome = %(settled)s)
      + (SELECT coalesce(sum(o.amount_fen), 0) FROM bank.voucher_outcome o
         WHERE o.payer_id = %(id)s AND o.outcome = %(undone)s)
      - (SELECT coalesce(sum(v.amount_fen), 0) FROM bank.voucher v
         LEFT JOIN bank.voucher_outcome o ON o.payer_id = v.payer_id AND o.entry = v.entry
         WHERE v.payer_id = %(id)s AND v.kind <> %(authorise)s
           AND NOT (v.kind = %(unload)s AND o.transfer_id IS NULL))
"""


def remainder_of(connection: Connection, purse_id: bytes) -> int:
    """Return what is known to be in a purse, in fen; less than none if its income is not known."""
    row = connection.execute(
        _REMAINDER,
        {
            "id": purse_id,
            "credit": int(EntryKind.CREDIT),
            "authorise": int(Kind.AUTHORISE),
            "unload": int(Kind.UNLOAD),
            "settled": int(Outcome.SETTLED),
            "undone": int(Outcome.UNDONE),
        },
    ).fetchone()
    assert row is not None
    return int(row[0])
