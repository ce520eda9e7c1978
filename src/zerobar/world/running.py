"""A world from its beginning to its end, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zerobar.database import Database
from zerobar.world.actions import act, load_everybody
from zerobar.world.healing import come_home
from zerobar.world.judging import judge
from zerobar.world.story import Story
from zerobar.world.town import Size, open_town


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


def run_world(database: Database, seed: int, size: Size, folder: Path) -> Report:
    """Run a world; raises InvariantBroken, or whatever else a mistake raises.

    Args:
        database: empty.
        folder: empty; for the devices' files.
    """
    with open_town(database, seed, size, folder) as town:
        load_everybody(town)
        for _ in range(size.steps):
            act(town)
        come_home(town)
        return Report(seed, town.story, tuple(judge(town)))
