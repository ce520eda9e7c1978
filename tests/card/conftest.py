"""The simulator that the tests of a process share: built once, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.card.simulator import Simulator, build, missing_programs, simulator


@pytest.fixture(scope="session")
def built() -> None:
    """The applet and its simulator, compiled."""
    missing = missing_programs()
    if missing:
        pytest.skip(f"install Debian's {' and '.join(missing)}")
    build()


@pytest.fixture(scope="session")
def console(built: None) -> Iterator[Simulator]:
    """A simulator with a blank card after another."""
    with simulator() as running:
        yield running


@pytest.fixture(autouse=True)
def no_mistakes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which the applet made a mistake that the runtime hides behind 6F00."""
    yield
    if "console" in request.fixturenames:
        output = request.getfixturevalue("console").process.output
        assert output == []
