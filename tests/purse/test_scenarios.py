"""Single rules, each as a small story of `scenarios`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.purse import scenarios

STORIES = [name for name in vars(scenarios) if name.startswith("prove_")]


@pytest.mark.parametrize("name", STORIES)
def test_the_purse_keeps_the_rule(name: str) -> None:
    story: Callable[[], None] = getattr(scenarios, name)
    story()
