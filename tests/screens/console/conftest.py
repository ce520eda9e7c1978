"""One office for all tests of the console: a real bank, real devices, and staff with passkeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.screens.console.office import Office


@pytest.fixture(scope="session")
def office(browser: Browser) -> Iterator[Office]:
    """An office whose windows are closed before the browser is."""
    assert browser.is_connected()
    with Office() as office:
        yield office
