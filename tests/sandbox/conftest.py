"""A running sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.sandbox.running import running_sandbox

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
"""In China."""


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[httpx.Client]:
    with running_sandbox(tmp_path / "sandbox.db", lambda: NOON) as client:
        yield client
