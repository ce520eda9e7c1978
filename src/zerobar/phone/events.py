"""What the phone sent and received, in words: for a page that draws it.

Kept in memory, the newest only: it is there to be looked at, not to be relied on. It never holds
what was sent, only how much.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from zerobar.reader import Sentence

MOST_KEPT: Final = 2_000
MOST_AT_ONCE: Final = 200
LONGEST_WAIT_S: Final = 25.0


class Direction(StrEnum):
    """Which way something went, as seen from the phone."""

    SENT = "sent"
    RECEIVED = "received"
    UNANSWERED = "unanswered"
    """It was sent, and no answer came."""


class Other(StrEnum):
    """Who is at the other end."""

    BANK = "bank"
    SIM = "sim"
    CARD = "card-in-the-field"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went one way.

    Attributes:
        number: rising by one; a new start of the phone begins at 1.
        size: in bytes, without the frames of TCP or radio.
    """

    number: int
    at_unix_s: float
    other: Other
    direction: Direction
    size: int
    words: str
    words_zh: str


class EventFeed:
    """The newest events; safe to share between threads.

    Args:
        clock_unix_s: the time.
    """

    def __init__(self, clock_unix_s: Callable[[], float]) -> None:
        self._clock_unix_s = clock_unix_s
        self._events: deque[Event] = deque(maxlen=MOST_KEPT)
        self._changed = threading.Condition()
        self._number = 0
        self._closed = False

    def record(self, other: Other, direction: Direction, size: int, words: Sentence) -> None:
        """Keep an event, and wake whoever waits for one."""
        with self._changed:
            self._number += 1
            self._events.append(
                Event(
                    number=self._number,
                    at_unix_s=self._clock_unix_s(),
                    other=other,
                    direction=direction,
                    size=size,
                    words=str(words),
                    words_zh=words.zh,
                )
            )
            self._changed.notify_all()

    def after(self, number: int, wait_s: float = 0.0) -> list[Event]:
        """Return events after a number, oldest first; wait a while for the first of them."""
        with self._changed:
            waited_s = min(wait_s, LONGEST_WAIT_S)
            self._changed.wait_for(lambda: self._closed or self._number > number, waited_s)
            return [event for event in self._events if event.number > number][:MOST_AT_ONCE]

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
