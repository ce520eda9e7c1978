"""What has to be seen to before a bank goes on from an earlier moment.

Outside of it the time in between has happened: cards were given vouchers, acknowledgements and
blocklists that the bank does not remember. It may never sign anything else under numbers that it
gave out then, and nobody may be taken for a thief because it forgot.

Who was signed in is signed out, for who signed out since is not known either.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.staff import audit

SKIPPED_ENTRIES: Final = 1_000_000
"""Of the operator's own log: more vouchers than it signs between two backups, of 2**32."""
SKIPPED_NUMBERS: Final = 1_000_000
"""Of each hosted payee's requests: more than its tills ask for between two backups, of 2**32."""
SKIPPED_EPOCHS: Final = 100_000
"""Of the blocklist, which grows by one at most every ten minutes and with each blocked id."""

_SKIP_ENTRIES: Final = "UPDATE bank.operator_log SET entry = entry + %s"
# A card that has paid a number refuses another request under it.
_SKIP_NUMBERS: Final = "UPDATE bank.merchant_payee SET newest_number = newest_number + %s"
# An empty place of the list: a card at any epoch of the time that is lost is told what is newer.
_SKIP_EPOCHS: Final = (
    "INSERT INTO bank.blocklist (epoch, added_at)"
    " SELECT coalesce(max(epoch), 0) + %s, %s FROM bank.blocklist"
)
_END_SESSIONS: Final = (
    "UPDATE bank.session SET ended_at = %s WHERE ended_at IS NULL",
    "UPDATE bank.staff_session SET ended_at = %s WHERE ended_at IS NULL",
)
_END_GRANTS: Final = "DELETE FROM bank.pin_grant"


def reopen(bank: Bank, backed_up_at: datetime) -> None:
    """Ready a bank that was put back to a backup, and write that down."""
    now = bank.clock()
    with bank.transaction() as connection:
        connection.execute(_SKIP_ENTRIES, (SKIPPED_ENTRIES,))
        connection.execute(_SKIP_NUMBERS, (SKIPPED_NUMBERS,))
        connection.execute(_SKIP_EPOCHS, (SKIPPED_EPOCHS, now))
        for statement in _END_SESSIONS:
            connection.execute(statement, (now,))
        connection.execute(_END_GRANTS)
        connection.execute(
            "INSERT INTO bank.restoration (restoration_id, backed_up_at, restored_at)"
            " VALUES (%s, %s, %s)",
            (bank.new_id(), backed_up_at, now),
        )
        audit.append(
            bank, connection, audit.INSTALLER, "restore", backed_up_at=backed_up_at, restored_at=now
        )
