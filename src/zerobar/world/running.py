"""A world from its beginning to its end, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobar.database import Database
from zerobar.world.actions import act, load_everybody
from zerobar.world.healing import come_home
from zerobar.world.judging import judge
from zerobar.world.story import Story
from zerobar.world.town import Size, open_town

LAST_LINES: Final = 40
"""Of the story, told with what went wrong."""


@dataclass(frozen=True)
class Report:
    """What became of a world that held.

    Attributes:
        story: everything that happened.
        findings: what was compared at the end, in sentences.
    """

    seed: int
    story: Story
    findings: tuple[str, ...]

    @property
    def summary(self) -> list[str]:
        """What happened how often, in words."""
        return [f"{many} × {kind}" for kind, many in sorted(self.story.counts.items())]


def run_world(database: Database, seed: int, size: Size, folder: Path) -> Report:
    """Run a world; raises InvariantBroken, or whatever else a mistake raises.

    Args:
        database: empty, or with the bank's tables, which are empty.
        folder: empty; for the devices' files.
    """
    with open_town(database, seed, size, folder) as town:
        try:
            load_everybody(town)
            for _ in range(size.steps):
                act(town)
            come_home(town)
            return Report(seed, town.story, tuple(judge(town)))
        except Exception as error:
            error.add_note("\n".join(["Before it went wrong:", *town.story.lines[-LAST_LINES:]]))
            raise
