"""What everybody sent and received, and what happened on the stage, in one list."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec

from zerobar.reader import Sentence

MOST_KEPT: Final = 5_000
MOST_AT_ONCE: Final = 500
LONGEST_WAIT_S: Final = 25.0
STAGE: Final = "stage"
NOTE: Final = "note"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went one way, or a note of the stage's own.

    Attributes:
        number: rising by one.
        device: whose program tells it, or `stage`.
        other: at the other end: bank, telecom, sim, sam, card-in-the-field; empty for a note.
        card: whose card it is, as far as it is known.
        direction: sent, received or unanswered, as seen from the device; note.
        size: in bytes.
        step: the stable name of what passed.
    """

    number: int
    at_unix_s: float
    device: str
    other: str
    card: str
    direction: str
    size: int
    step: str
    words: str
    words_zh: str


class StageFeed:
    """The newest happenings; safe to share between threads.

    Args:
        clock_unix_s: the time.
    """

    def __init__(self, clock_unix_s: Callable[[], float]) -> None:
        self._clock_unix_s = clock_unix_s
        self._kept: deque[Happening] = deque(maxlen=MOST_KEPT)
        self._changed = threading.Condition()
        self._number = 0
        self._closed = False

    def note(self, step: str, words: Sentence, *, device: str = STAGE, card: str = "") -> None:
        """Keep what happened on the stage itself.

        Args:
            step: its stable name.
            device: which it happened to.
            card: whose card has a part in it.
        """
        self.keep(
            Happening(
                number=0,
                at_unix_s=self._clock_unix_s(),
                device=device,
                other="",
                card=card,
                direction=NOTE,
                size=0,
                step=step,
                words=str(words),
                words_zh=words.zh,
            )
        )

    def keep(self, happening: Happening) -> None:
        """Keep something under the next number, and wake whoever waits for it."""
        with self._changed:
            self._number += 1
            self._kept.append(msgspec.structs.replace(happening, number=self._number))
            self._changed.notify_all()

    def after(self, number: int, wait_s: float = 0.0) -> list[Happening]:
        """Return what came after a number, oldest first; wait a while for the first of it."""
        with self._changed:
            waited_s = min(wait_s, LONGEST_WAIT_S)
            self._changed.wait_for(lambda: self._closed or self._number > number, waited_s)
            return [each for each in self._kept if each.number > number][:MOST_AT_ONCE]

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
