"""Random and mutated commands: no crash, no state change unless 9000, no money made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.purse.fuzzing import KNOWN_STATUSES, Fuzzer
from zerobar.purse.status import Status

EVERYDAY = 64_000
DEEP = 1_000_000
SCENES = (
    "factory with key",
    "factory certified",
    "just loaded",
    "in the middle of the log",
    "wrapped partly acknowledged",
    "armed",
    "money held",
    "key table full",
)

Note = Callable[[str, object], None]


def fuzz(name: str, seed: object, count: int, note: Note) -> Fuzzer:
    fuzzer = Fuzzer(name, seed)
    fuzzer.run(count)
    note("apdus", fuzzer.sent)
    return fuzzer


def by_scene() -> list[object]:
    """A few of them in the quick run too."""
    quick = SCENES[:2] + SCENES[-1:]
    slow = pytest.mark.slow
    return [pytest.param(name, marks=() if name in quick else slow) for name in SCENES]


@pytest.mark.parametrize("name", by_scene())
def test_a_card_survives_every_command(name: str, record_property: Note) -> None:
    fuzz(name, "everyday", EVERYDAY // len(SCENES), record_property)


def test_the_fuzzer_reaches_deep_into_the_commands(record_property: Note) -> None:
    statuses = fuzz("in the middle of the log", "reach", 6_000, record_property).statuses
    assert statuses[Status.OK] > 600
    unreachable = {Status.MEMORY_FAILURE}
    assert len(set(statuses) & KNOWN_STATUSES - unreachable) > 20, statuses


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", SCENES)
def test_a_card_survives_a_million_commands(name: str, seed: int, record_property: Note) -> None:
    fuzz(name, f"deep {seed}", DEEP // (10 * len(SCENES)) + 1, record_property)
