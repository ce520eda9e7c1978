from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.element.applets import EchoApplet
from tests.element.serving import ANY_PORT, served
from zerobar.element import ElementServer


@pytest.fixture(scope="module")
def fuzzed_server() -> Iterator[ElementServer]:
    """One server for all the examples of a fuzzing test."""
    with served(EchoApplet(), antenna=ANY_PORT) as server:
        yield server
