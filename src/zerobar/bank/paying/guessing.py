"""Trying numbers: whoever pays many that nobody has, is only listing who has a wallet.

Such tries are counted by the payer and the day. When there were too many, the payer pays nobody by
number until the day is over: otherwise a payment that goes through would tell what is to be hidden.
Orders that are judged in one group do not see each other's misses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.calendar import day_of
from zerobar.bank.people.attempts import PACES, AttemptKind, too_many_today
from zerobar.database import Connection

MOST_MISSES: Final = PACES[AttemptKind.PAY_UNKNOWN].per_day

_COUNT: Final = """
    INSERT INTO bank.attempt AS a (subject, kind, day, many, last_at)
    SELECT subject, %(kind)s, %(day)s, many, %(now)s
    FROM unnest(%(subjects)s::text[], %(many)s::int[]) AS missed (subject, many)
    ORDER BY subject
    ON CONFLICT (subject, kind, day)
        DO UPDATE SET many = a.many + EXCLUDED.many, last_at = EXCLUDED.last_at
"""


def check_guesses(misses: int, now: datetime) -> None:
    """Raise TooMany when a payer has tried too many numbers today that nobody has."""
    if misses >= MOST_MISSES:
        raise too_many_today(now)


def count_misses(connection: Connection, payers: Iterable[UUID], now: datetime) -> None:
    """Count one miss for each person named, as often as named."""
    missed = Counter(str(person_id) for person_id in payers)
    parameters = {
        "kind": int(AttemptKind.PAY_UNKNOWN),
        "day": day_of(now),
        "now": now,
        "subjects": list(missed),
        "many": list(missed.values()),
    }
    connection.execute(_COUNT, parameters)
