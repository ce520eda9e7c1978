"""The demo's story, clicked: everybody acts at a screen, and every screen says what became of it.

Left out is what no screen does: programs that are killed, a SIM that is copied (its case is seen
in the console, and tested there), and the bank's books.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.screens.browsing import WAIT_MS
from tests.screens.story.coming_back import (
    play_blocked_pin,
    play_forgotten_pin,
    play_losing,
    play_settling,
)
from tests.screens.story.offline import play_billing, play_helped, play_offline
from tests.screens.story.online import play_online
from tests.screens.story.theatre import raise_curtain

expect.set_options(timeout=WAIT_MS)
CHAPTERS = (
    play_online,
    play_offline,
    play_billing,
    play_helped,
    play_settling,
    play_blocked_pin,
    play_losing,
    play_forgotten_pin,
)


@pytest.mark.parametrize(
    "locale", ["zh-CN", pytest.param("en", marks=pytest.mark.deep)], ids=["zh", "en"]
)
def test_the_story_is_played_at_the_screens(browser: Browser, locale: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        play = raise_curtain(stack, browser, locale, tmp_path)
        for chapter in CHAPTERS:
            chapter(play)
        play.stage.ask_for_the_story()
