"""Which authorisations lack something that bank cards may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from zerobar.bank.settlement.facts import Due, VoucherKey
from zerobar.database import Connection
from zerobar.purse.messages import Kind

_SHORT: Final = """
    SELECT s.payer_id, s.entry
    FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[], %(wallets)s::uuid[],
                %(amounts)s::bigint[]) AS s (payer_id, entry, wallet_id, amount_fen)
    JOIN bank.voucher_due d ON d.payer_id = s.payer_id AND d.entry = s.entry
         AND NOT d.is_topped_up
    JOIN bank.wallet w ON w.wallet_id = s.wallet_id AND w.auto_top_up AND w.person_id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT balance_fen - held_fen AS available FROM ledger.entry
        WHERE account_id = s.wallet_id ORDER BY number DESC LIMIT 1
    ) l ON true
    WHERE coalesce(l.available, 0) < s.amount_fen
"""


def short_of(connection: Connection, page: Sequence[Due]) -> frozenset[VoucherKey]:
    """Return the authorisations that lack something which bank cards were not asked for yet."""
    asking = [
        (due, due.holder.wallet_id)
        for due in page
        if due.voucher.kind is Kind.AUTHORISE and due.holder is not None
    ]
    if not asking:
        return frozenset()
    rows = connection.execute(
        _SHORT,
        {
            "payers": [due.voucher.payer_id for due, _ in asking],
            "entries": [due.voucher.entry for due, _ in asking],
            "wallets": [wallet_id for _, wallet_id in asking],
            "amounts": [int(due.voucher.amount) for due, _ in asking],
        },
    )
    return frozenset((payer_id, entry) for payer_id, entry in rows)
