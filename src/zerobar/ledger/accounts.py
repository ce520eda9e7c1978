"""Opening and closing accounts. Balances are not here: they come from entries alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import psycopg

from zerobar.ledger.errors import AccountConflict
from zerobar.ledger.model import Account

_OPEN: Final = """
    INSERT INTO ledger.account (account_id, code, currency, floor_fen, opened_at)
    SELECT * FROM unnest(%s::uuid[], %s::smallint[], %s::smallint[], %s::bigint[],
                         %s::timestamptz[])
    ON CONFLICT (account_id) DO NOTHING
"""
_READ: Final = """
    SELECT account_id, code, floor_fen, currency FROM ledger.account WHERE account_id = ANY(%s)
"""


def open_accounts(
    connection: psycopg.Connection[Any], accounts: Sequence[Account], now: datetime
) -> None:
    """Open accounts; those that exist with the same terms stay as they are.

    Raises AccountConflict for one that exists with others; then none is opened.
    """
    with connection.transaction():
        connection.execute(
            _OPEN,
            (
                [a.id for a in accounts],
                [a.code for a in accounts],
                [a.currency for a in accounts],
                [a.floor for a in accounts],
                [now] * len(accounts),
            ),
        )
        rows = connection.execute(_READ, ([a.id for a in accounts],)).fetchall()
        stored = {row[0]: Account(*row) for row in rows}
        for account in accounts:
            if stored[account.id] != account:
                raise AccountConflict(account.id)
