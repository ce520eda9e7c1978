"""The demo as it is started by a person, for free play, and its page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.screens.browsing import WAIT_MS, Chosen, open_page
from tests.screens.stage.free_play import FreePlay

WIDE = ViewportSize(width=1440, height=900)
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def play() -> Iterator[FreePlay]:
    with FreePlay() as play:
        yield play


@pytest.fixture
def stage(browser: Browser, play: FreePlay) -> Iterator[Page]:
    """The page of somebody who has seen it before, with Alice, Bo and the till on it."""
    play.tidy_up()
    with open_page(browser, play.url, WIDE, Chosen(locale="en")) as page:
        page.get_by_role("button", name="Try it myself").click()
        places = page.get_by_label("Which device stands here")
        for place, who in enumerate(("alice", "bo", "till")):
            places.nth(place).select_option(who)
        yield page
