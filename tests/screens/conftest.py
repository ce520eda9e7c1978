"""One browser for a process; without its parts the tests skip, and say what to install."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from zerobar.serving.screens import FOLDER

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first one has no windows to draw, and so takes half as long; it is a package of its own."""
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, without a window; a playwright.sync_api.Browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="install playwright: make setup")
    if CHROMIUM is None:
        pytest.skip("install the Debian package chromium-headless-shell")
    if not AXE.exists():
        pytest.skip("install the screens' tools: make setup")
    if not (FOLDER / "wallet.html").exists():
        pytest.skip("build the screens: make setup")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
