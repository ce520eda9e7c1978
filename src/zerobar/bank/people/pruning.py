"""Deleting what can never matter again: codes, tries, sessions, grants and assertions long over.

The staff's sessions, and wrong codes of customers, go the same way.

Nothing that the rules would still look at is touched: all of it is refused for its age already, and
would be refused for not being there. The margins are for whoever wants to look into what happened.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, LiteralString, NamedTuple

from zerobar.bank.context import Bank
from zerobar.bank.people.assertions import LONGEST_DRIFT, LONGEST_LIFE

AT_A_TIME: Final = 1_000
"""Rows of one kind that one run deletes, so that it holds no locks for long."""


class Remains(NamedTuple):
    """Rows that are over, and when they may go.

    Attributes:
        key: the primary key's columns.
        column: the moment that a row's age counts from, in SQL.
        kept: how long a row stays after that moment.
    """

    table: LiteralString
    key: LiteralString
    column: LiteralString
    kept: timedelta


REMAINS: Final = (
    Remains("bank.sms_code", "phone, purpose", "expires_at", timedelta(days=1)),
    # Tries are counted by the day, and two of them compared within a day.
    Remains("bank.attempt", "subject, kind, day", "last_at", timedelta(days=7)),
    Remains("bank.session", "token_hash", "expires_at", timedelta(days=30)),
    Remains("bank.session", "token_hash", "ended_at", timedelta(days=30)),
    Remains("bank.pin_grant", "wallet_id, key_id", "expires_at", timedelta(days=1)),
    Remains("bank.pin_permit", "person_id, approval_id", "expires_at", timedelta(days=30)),
    Remains("bank.staff_session", "token_hash", "expires_at", timedelta(days=30)),
    Remains("bank.staff_session", "token_hash", "ended_at", timedelta(days=30)),
    # Handed in again, its vouchers are known, and change nothing.
    Remains("bank.settlement_batch", "batch_hash", "finished_at", timedelta(days=30)),
    # Wrong codes are counted by the hour of Unix time.
    Remains(
        "bank.code_failures",
        "subject_id, hour",
        "to_timestamp(hour * 3600.0)",
        timedelta(days=1),
    ),
    # An assertion is used before its end, which is at most this long after that.
    Remains(
        "bank.used_assertion",
        "partner, assertion_id",
        "used_at",
        LONGEST_LIFE + LONGEST_DRIFT + timedelta(days=7),
    ),
)


def prune(bank: Bank, limit: int = AT_A_TIME) -> int:
    """Delete some of what is over; return how many rows. Several processes may do so at once."""
    return sum(_delete(bank, remains, limit) for remains in REMAINS)


def _delete(bank: Bank, remains: Remains, limit: int) -> int:
    over = f"{remains.column} < %(until)s"
    # The age is asked twice: a row may have been renewed since the inner query saw it.
    query: LiteralString = (
        f"DELETE FROM {remains.table} WHERE ({remains.key}) IN"  # noqa: S608 - no input
        f" (SELECT {remains.key} FROM {remains.table} WHERE {over} LIMIT %(limit)s) AND {over}"
    )
    with bank.connection() as connection:
        return connection.execute(
            query, {"until": _hour(bank.clock()) - remains.kept, "limit": limit}
        ).rowcount


def _hour(moment: datetime) -> datetime:
    """Return the hour's beginning: were it the moment itself, there would always be one more."""
    return moment.replace(minute=0, second=0, microsecond=0)
