"""Which of the operator's own vouchers it does not remember: it was put back to a backup since.

Whoever paid for such a one has the money again, and it is not known any more who that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zerobar.bank.settlement.facts import Due, VoucherKey, key_columns
from zerobar.database import Connection

# What the operator signs is noted with its voucher, in one transaction.
_FORGOTTEN: Final = """
    SELECT v.payer_id, v.entry
    FROM unnest(%s::bytea[], %s::bigint[]) AS k (payer_id, entry)
    JOIN bank.operator_log g ON g.purse_id = k.payer_id
    JOIN bank.voucher v ON v.payer_id = k.payer_id AND v.entry = k.entry
    WHERE NOT EXISTS (
        SELECT FROM bank.operator_voucher o WHERE o.payee_id = v.payee_id
        AND o.payer_id = v.payer_id AND o.entry = v.entry)
"""


def forgotten_of(connection: Connection, page: Sequence[Due]) -> frozenset[VoucherKey]:
    """Return which vouchers that go back, or to their payee, the operator signed and forgot."""
    ending = [due.key for due in page if due.ending is not None]
    if not ending:
        return frozenset()
    return frozenset(connection.execute(_FORGOTTEN, key_columns(ending)).fetchall())
