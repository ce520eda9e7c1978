"""What happened in a world, in plain words: for whoever has to find out what went wrong in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

MOST_KEPT = 100_000


@dataclass
class Story:
    """Everything that happened, in order.

    Attributes:
        counts: of each kind of event.
    """

    clock: Callable[[], datetime] = field(repr=False)
    lines: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def tell(self, kind: str, sentence: str) -> None:
        """Note an event: its kind, for counting, and a sentence."""
        self.counts[kind] += 1
        if len(self.lines) < MOST_KEPT:
            self.lines.append(f"{self.clock():%d %H:%M:%S} {sentence}")
