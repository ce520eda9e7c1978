"""How often something was tried: so many times a day, and not too soon after the last time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from zerobar.bank.calendar import CHINA, day_of
from zerobar.bank.errors import TooMany
from zerobar.database import Connection


class AttemptKind(IntEnum):
    """What is tried."""

    SMS_CODE = 1
    """Asking for a code to sign in; the subject is the phone number."""
    VERIFY_IDENTITY = 2
    """Giving a name and a resident ID; the subject is the person."""
    RESET_PIN = 3
    """Setting a new PIN without the old one; the subject is the person."""
    CHECK_PAYEE = 4
    """Asking whose a number is; the subject is the person who asks."""
    ASK_FOR_MONEY = 5
    """The subject is the person who asks."""
    PAY_UNKNOWN = 6
    """Paying a number that nobody has; the subject is the person who pays."""
    SMS_CODE_FROM = 7
    """Asking for a code to sign in; the subject is the network that it is asked from."""
    PIN_CODE = 8
    """Asking for a code to set a new PIN, which only who is signed in can; the subject is the phone
    number. Apart, so that nobody else uses up the holder's."""
    DOCUMENT = 9
    """Having a statement set as a document, which takes the processor long; the subject is the
    person."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is often enough."""

    per_day: int
    apart: timedelta = timedelta(0)


PACES: Final = {
    AttemptKind.SMS_CODE: Pace(10, timedelta(minutes=1)),
    # Many phones share one address of a mobile network, and nobody asks for more than ten a day.
    AttemptKind.SMS_CODE_FROM: Pace(500),
    AttemptKind.PIN_CODE: Pace(10, timedelta(minutes=1)),
    AttemptKind.VERIFY_IDENTITY: Pace(5),
    AttemptKind.RESET_PIN: Pace(5),
    AttemptKind.CHECK_PAYEE: Pace(100),
    AttemptKind.ASK_FOR_MONEY: Pace(50),
    AttemptKind.PAY_UNKNOWN: Pace(100),
    AttemptKind.DOCUMENT: Pace(50),
}

_LOCK: Final = """
    INSERT INTO bank.attempt (subject, kind, day, many, last_at) VALUES (%s, %s, %s, 0, %s)
    ON CONFLICT (subject, kind, day) DO UPDATE SET subject = EXCLUDED.subject
    RETURNING many, last_at
"""
_COUNT: Final = """
    UPDATE bank.attempt SET many = many + 1, last_at = %s
    WHERE subject = %s AND kind = %s AND day = %s
"""


def count_attempt(connection: Connection, kind: AttemptKind, subject: str, now: datetime) -> None:
    """Count one more try, in a transaction that must be committed whatever comes of the try.

    Raises TooMany, and counts nothing, when there were too many already, or one a moment ago.
    """
    pace, day = PACES[kind], day_of(now)
    # Making or touching the row locks it: those who try at once come one after the other.
    row = connection.execute(_LOCK, (subject, kind, day, now)).fetchone()
    assert row is not None
    many, last_at = row
    if many >= pace.per_day:
        raise too_many_today(now)
    if many and now - last_at < pace.apart:
        raise _too_many(pace.apart - (now - last_at))
    connection.execute(_COUNT, (now, subject, kind, day))


def too_many_today(now: datetime) -> TooMany:
    """Return the refusal that lasts until the day is over."""
    return _too_many(_until_tomorrow(now))


def _too_many(wait: timedelta) -> TooMany:
    return TooMany(
        "This was asked too often.", "Wait as long as told, then try again.", seconds_up(wait)
    )


def _until_tomorrow(now: datetime) -> timedelta:
    local = now.astimezone(CHINA)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - local


def seconds_up(wait: timedelta) -> int:
    """Return whole seconds that are not less than a duration, and at least one."""
    return max(1, -(-wait // timedelta(seconds=1)))
