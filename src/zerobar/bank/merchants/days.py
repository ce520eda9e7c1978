"""A day in China, from its first moment to the next day's."""

from __future__ import annotations

from datetime import datetime, timedelta

from zerobar.bank.calendar import CHINA, day_of
from zerobar.bank.context import Bank
from zerobar.bank.errors import InvalidInput
from zerobar.bank.merchants.errors import DayNotOver


class NoSuchDay(InvalidInput):
    """A number that is no day of the calendar."""

    problem = "no-such-day"

    def __init__(self, day: int) -> None:
        super().__init__(f"{day} is no day.", "Give year, month and day, as 20261125.", day=day)


def moments_of(day: int) -> tuple[datetime, datetime]:
    """Return a day's first moment and the next day's; raises NoSuchDay."""
    try:
        start = datetime(day // 10_000, day // 100 % 100, day % 100, tzinfo=CHINA)
        return start, start + timedelta(days=1)
    except (ValueError, OverflowError):
        # The second for numbers that no calendar gets to, and for its very last day.
        raise NoSuchDay(day) from None


def require_over(bank: Bank, day: int) -> None:
    """Let through a day that has ended; raises DayNotOver or NoSuchDay."""
    moments_of(day)
    if day >= day_of(bank.clock()):
        raise DayNotOver(day)
