"""A screen as a person has it: a window of a browser, and whether everybody can use what it shows.

with open_page(browser, phone_screen_url, PHONE, Chosen(locale="en")) as page:
    page.get_by_role("button", name="Pay").click()
    check_accessible(page)
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, ViewportSize

AXE: Final = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE: Final = ViewportSize(width=390, height=844)
WAIT_MS: Final = 30_000
"""For what a screen is to show: patience, not a limit."""
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_RUN_AXE: Final = """([within, tags]) => axe.run(within ?? document, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
})"""
# A frame whose program does not answer shows the browser's own page, which has no storage.
_KEEP_SETTINGS: Final = """(chosen) => {
    if (!location.protocol.startsWith('http')) return
    if (!localStorage.getItem('zerobar.settings'))
        localStorage.setItem('zerobar.settings', chosen)
}"""


@dataclass(frozen=True)
class Chosen:
    """What a person chose in the settings, before the page is opened for the first time.

    Attributes:
        locale: zh-CN or en.
        look: light, dark or auto.
        isLarge: large type; named as the screen keeps it.
    """

    locale: str = "zh-CN"
    look: str = "light"
    isLarge: bool = False  # noqa: N815 - the name under which the screen keeps it


@contextmanager
def open_page(
    browser: Browser,
    url: str,
    size: ViewportSize = PHONE,
    chosen: Chosen | None = None,
    *,
    keeps_copy: bool = False,
) -> Iterator[Page]:
    """Open a page in a window of its own, which shares nothing with others.

    Args:
        url: with the token behind its #.
        keeps_copy: whether the service worker may keep the page for when its program is stopped.

    Raises AssertionError at the end if the page raised an error, or broke its own policy.
    """
    workers: Any = "allow" if keeps_copy else "block"
    context = browser.new_context(viewport=size, service_workers=workers, locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    settings = json.dumps(asdict(chosen or Chosen()))
    context.add_init_script(f"({_KEEP_SETTINGS})({json.dumps(settings)})")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: _note_broken_policy(said.text, wrong))
    try:
        page.goto(url)
        yield page
        assert not wrong, wrong
    finally:
        context.close()


def check_accessible(page: Page, within: str | None = None) -> None:
    """Check what is shown by axe's rules for WCAG 2.2, levels A and AA.

    Args:
        within: only what this selects; None: all of it, with what frames every page.
    """
    if not page.evaluate("() => 'axe' in window"):
        # Evaluated, not added as an element: the page's policy allows no foreign script.
        page.evaluate(_axe())
    _let_motion_end(page)
    found = page.evaluate(_RUN_AXE, [within, _RULES])["violations"]
    told = [
        f"{broken['id']}: {broken['help']} at {node['target']}: {node['failureSummary']}"
        for broken in found
        for node in broken["nodes"]
    ]
    assert not told, "\n".join([page.url, *told])


def _let_motion_end(page: Page) -> None:
    """Wait for what fades in: half-way, its contrast is not the one that is meant.

    What goes on for ever, as a skeleton's shimmer, is not waited for.
    """
    page.evaluate(
        """() => Promise.all(document.getAnimations()
            .filter((motion) => motion.effect?.getComputedTiming().iterations !== Infinity)
            .map((motion) => motion.finished.catch(() => undefined)))"""
    )


def _note_broken_policy(text: str, wrong: list[str]) -> None:
    if "Content Security Policy" in text:
        wrong.append(text)


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
