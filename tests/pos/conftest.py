from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pos.town import Town
from zerobar.pos.till import Till


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.close()


@pytest.fixture
def till(town: Town) -> Till:
    return town.till
