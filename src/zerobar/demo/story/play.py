"""The whole story: a day online, no network at all, a bill, a thief, and a lost phone."""

from __future__ import annotations

from zerobar.demo.narrator import Narrator
from zerobar.demo.stage.stage import Stage
from zerobar.demo.story.billing import play_billing
from zerobar.demo.story.cheating import play_cheating
from zerobar.demo.story.helped import play_helped
from zerobar.demo.story.losing import play_losing
from zerobar.demo.story.offline import play_offline
from zerobar.demo.story.online import play_online
from zerobar.demo.story.purses import play_purses
from zerobar.demo.story.scene import Scene
from zerobar.demo.story.settling import play_settling
from zerobar.demo.town.town import Town

CHAPTERS = (
    play_online,
    play_purses,
    play_offline,
    play_billing,
    play_helped,
    play_settling,
    play_cheating,
    play_losing,
)


def play(narrator: Narrator, stage: Stage, town: Town) -> None:
    """Play it in a new town; raises Deviation where it goes wrong."""
    scene = Scene(narrator, stage, town)
    for chapter in CHAPTERS:
        chapter(scene)
