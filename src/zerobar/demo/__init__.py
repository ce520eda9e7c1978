"""The story, played with real processes: each purse is served by a program of its own."""

from zerobar.demo.narrator import Deviation, Narrator
from zerobar.demo.story import play

__all__ = ["Deviation", "Narrator", "play"]
