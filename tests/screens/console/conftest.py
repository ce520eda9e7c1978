"""One office for all tests of the console: a real bank, real devices, and staff with passkeys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.screens.console.office import Office


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    with Office() as office:
        yield office
