"""What has to be seen to before a bank goes on from an earlier moment.

Outside of it the time in between has happened: cards were given vouchers, acknowledgements and
blocklists that the bank does not remember. It may never sign anything else under numbers that it
gave out then, and nobody may be taken for a thief because it forgot. What it passes over of its own
purse's numbers is noted: whatever comes in under one of them it has signed, and forgotten.

How far it passes on grows with the time since the backup: whoever puts the same backup back twice
passes over what was given out in between as well.

Who was signed in is signed out, for who signed out since is not known either.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.purses import charge_store
from zerobar.bank.staff import audit
from zerobar.database import Connection

SKIPPED_ENTRIES: Final = 1_000_000
"""Of the operator's own log, of 2**32, and `ENTRIES_PER_SECOND` besides."""
ENTRIES_PER_SECOND: Final = 50
"""Since the backup: more vouchers than it signs."""
SKIPPED_NUMBERS: Final = 1_000_000
"""Of each hosted payee's requests, of 2**32, and `NUMBERS_PER_SECOND` besides."""
NUMBERS_PER_SECOND: Final = 10
"""Since the backup: more than its tills ask for."""
SKIPPED_EPOCHS: Final = 100_000
"""Of the blocklist, and one for every second since the backup: it grows by one at most every ten
minutes and with each blocked id."""

_KEEP_GAPS: Final = (
    "INSERT INTO bank.signing_gap (purse_id, first_entry, last_entry)"
    " SELECT purse_id, entry + 1, entry + %s FROM bank.operator_log"
)
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
    since_s = max(int((now - backed_up_at).total_seconds()), 0)
    with bank.transaction() as connection:
        _skip_entries(bank, connection, SKIPPED_ENTRIES + ENTRIES_PER_SECOND * since_s)
        numbers = SKIPPED_NUMBERS + NUMBERS_PER_SECOND * since_s
        connection.execute(_SKIP_NUMBERS, (numbers,))
        connection.execute(_SKIP_EPOCHS, (SKIPPED_EPOCHS + since_s, now))
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


def _skip_entries(bank: Bank, connection: Connection, entries: int) -> None:
    """Pass over entries of the operator's own log, and note which."""
    if bank.purse_keys is not None:
        # One that had signed nothing yet has signed since, from its first entry on.
        charge_store.lock_log(connection, bank.purse_keys.operator.id)
    connection.execute(_KEEP_GAPS, (entries,))
    connection.execute(_SKIP_ENTRIES, (entries,))
