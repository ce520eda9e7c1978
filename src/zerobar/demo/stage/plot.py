"""How far the story is, and whether somebody wants to see it."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Final

from zerobar.demo.stage.errors import StoryPlays
from zerobar.reader import Sentence

_NOTHING: Final = Sentence("", zh="")


class PlotState(StrEnum):
    """How far the story is."""

    WAITING = "waiting"
    PLAYING = "playing"
    DONE = "done"
    FAILED = "failed"


class Plot:
    """What the stage tells of the story; safe to share between threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted = False
        self.state = PlotState.WAITING
        self.chapter = _NOTHING

    def want(self) -> None:
        """Ask for the story; raises StoryPlays while it is played."""
        with self._changed:
            if self._wanted or self.state is PlotState.PLAYING:
                raise StoryPlays
            self._wanted = True
            self._changed.notify_all()

    def wait_until_wanted(self, at_most_s: float) -> bool:
        """Wait until somebody asks for the story; return whether somebody does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._wanted, at_most_s)

    def begin(self) -> None:
        """Note that it is played from now on."""
        with self._changed:
            self._wanted = False
            self.state, self.chapter = PlotState.PLAYING, _NOTHING

    def enter(self, chapter: Sentence) -> None:
        """Note that a chapter begins."""
        self.chapter = chapter

    def end(self, state: PlotState) -> None:
        """Note how it ended."""
        self.state = state
