"""Who may be told what of purses and vouchers: their holders, by a device's or till's key."""

from __future__ import annotations

from typing import Final

from zerobar.bank.people.model import KeyOwner, SigningKey
from zerobar.database import Connection

# A device belongs to a person, a till to a merchant; each has wallets, and those have purses.
_HOLDS: Final = """
    SELECT EXISTS (
        SELECT FROM bank.purse p
        JOIN bank.wallet w ON w.wallet_id = p.wallet_id
        LEFT JOIN bank.merchant m ON m.wallet_id = w.wallet_id
        LEFT JOIN bank.terminal t ON t.merchant_id = m.merchant_id
        WHERE p.purse_id = ANY(%(ids)s) AND CASE %(kind)s
            WHEN %(device)s THEN w.person_id = %(owner)s
            WHEN %(till)s THEN t.terminal_id = %(owner)s
            ELSE m.merchant_id = %(owner)s END)
"""


def holds_any(connection: Connection, key: SigningKey, purse_ids: list[bytes]) -> bool:
    """Return whether a key's owner holds one of these purses, or is paid to its wallet."""
    row = connection.execute(
        _HOLDS,
        {
            "ids": purse_ids,
            "kind": int(key.owner_kind),
            "owner": key.owner_id,
            "device": int(KeyOwner.DEVICE),
            "till": int(KeyOwner.TERMINAL),
        },
    ).fetchone()
    assert row is not None
    return bool(row[0])
