from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import NewDatabase
from zerobar.bank.running import MIGRATIONS
from zerobar.world import Report, Size, run_world

pytestmark = pytest.mark.slow

EVERYDAY = 20
DEEP = 10_000
AT_ONCE = 100


def run(new_database: NewDatabase, folder: Path, seed: int, size: Size) -> Report:
    folder.mkdir(exist_ok=True)
    return run_world(new_database(*MIGRATIONS), seed, size, folder)


@pytest.mark.parametrize("seed", range(1, EVERYDAY + 1))
def test_a_world_holds(new_database: NewDatabase, tmp_path: Path, seed: int) -> None:
    report = run(new_database, tmp_path, seed, Size())
    assert report.story.counts["sync"] > 0
    assert len(report.findings) >= 4


@pytest.mark.deep
@pytest.mark.parametrize("first", range(100_000, 100_000 + DEEP, AT_ONCE))
def test_many_worlds_hold(new_database: NewDatabase, tmp_path: Path, first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        run(new_database, tmp_path / str(seed), seed, Size())


def test_the_same_seed_gives_the_same_world(new_database: NewDatabase, tmp_path: Path) -> None:
    size = Size(phones=5, tills=2, cards=1, steps=80)
    reports = [run(new_database, tmp_path / str(turn), 7, size) for turn in range(2)]
    assert reports[0].story.lines == reports[1].story.lines
    assert reports[0].findings == reports[1].findings


def test_another_seed_gives_another_world(new_database: NewDatabase, tmp_path: Path) -> None:
    size = Size(phones=5, tills=2, cards=1, steps=80)
    reports = [run(new_database, tmp_path / str(seed), seed, size) for seed in (7, 8)]
    assert reports[0].story.lines != reports[1].story.lines
