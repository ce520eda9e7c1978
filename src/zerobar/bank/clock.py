"""The time that a bank goes by; a bank of test money may be told to be ahead of it.

What takes weeks, a lost purse that is waited for or a day that is settled, can so be seen at once.
A bank in production never is: its books would say of today what has not happened yet.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from zerobar.bank.installation import InstallationError, Settings

OFFSET_VARIABLE: Final = "ZEROBAR_CLOCK_OFFSET_S"
"""Seconds by which a bank in development is ahead; all processes of one bank are told the same."""
LONGEST_OFFSET: Final = timedelta(days=3650)


class ClockOffsetRefused(InstallationError):
    """The bank was told a time that it does not go by."""


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def clock_of(settings: Settings) -> Callable[[], datetime]:
    """Return a bank's clock; raises ClockOffsetRefused."""
    text = os.environ.get(OFFSET_VARIABLE)
    if text is None:
        return now
    if not settings.development:
        raise ClockOffsetRefused(
            f"{OFFSET_VARIABLE} is set, and a bank in production goes by the real time. Unset it."
        )
    offset = _read_offset(text)
    return lambda: now() + offset


def _read_offset(text: str) -> timedelta:
    # Only forward: books whose time went back could not tell what came first.
    longest_s = int(LONGEST_OFFSET.total_seconds())
    if not (text.isascii() and text.isdigit() and int(text) <= longest_s):
        raise ClockOffsetRefused(
            f"{OFFSET_VARIABLE} is {text!r}. Give whole seconds from 0 to {longest_s}."
        )
    return timedelta(seconds=int(text))
