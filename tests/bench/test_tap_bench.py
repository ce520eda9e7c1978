"""The benchmark runs, and what it counts (not what it times) is as promised."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench import pcscd, tap, timing
from bench.chips import CHIPS
from bench.tap import Counts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def counts() -> Counts:
    return tap.count()


def test_a_tap_costs_the_payer_two_commands_and_one_signature(counts: Counts) -> None:
    payer = counts.payer
    assert (payer.apdus, payer.signatures, payer.verifications) == (2, 1, 0)
    assert payer.bytes_on_link <= 360


def test_a_tap_costs_the_till_two_verifications_and_one_when_the_payer_is_known(
    counts: Counts,
) -> None:
    assert (counts.till.signatures, counts.till.verifications) == (0, 2)
    assert (counts.till_again.signatures, counts.till_again.verifications) == (0, 1)


def test_the_echo_that_times_are_compared_with_is_as_long_as_the_field(counts: Counts) -> None:
    assert sum(map(sum, timing.FIELD_LENGTHS)) == counts.payer.bytes_on_link


def test_every_goal_that_needs_no_clock_is_met(counts: Counts) -> None:
    printed = tap.counts_table(counts) + tap.hold_table(counts)
    assert printed.count("| met ") == 4 + sum(chip.goal_ms is not None for chip in CHIPS)
    assert "NOT MET" not in printed


def test_a_missed_goal_is_said_plainly(counts: Counts) -> None:
    longer = replace(counts.payer, bytes_on_link=400, verifications=1)
    printed = tap.counts_table(replace(counts, payer=longer))
    printed += tap.hold_table(replace(counts, payer=longer))
    assert printed.count("NOT MET") == 2 + sum(chip.goal_ms is not None for chip in CHIPS)


def test_the_model_holds_for_the_cards_on_the_page_about_the_tap(counts: Counts) -> None:
    page = (ROOT / "docs" / "tap.md").read_text(encoding="utf-8")
    for chip in CHIPS:
        figures = (chip.sign_ms, chip.verify_ms, chip.hash_and_write_ms)
        told = " | ".join(f"{figure:.1f}" for figure in figures)
        assert f"| {chip.name} | {told} | {tap.held_ms(chip, counts.payer):.0f} |" in page


def test_the_taps_of_both_memories_are_timed_in_process(tmp_path: Path) -> None:
    for name, in_memory in (("ram", True), ("file", False)):
        with timing.in_process(tmp_path / name, in_memory=in_memory) as bench:
            times = timing.measure(bench, rounds=1, taps=2, waits=4)
        assert [len(samples) for samples in times.in_field] == [2]
        assert len(timing.times_row(name, times)) == len(timing.HEADER)


@pytest.mark.pcsc
@pytest.mark.deep
def test_the_whole_benchmark_runs() -> None:
    if missing := pcscd.missing():
        pytest.skip(f"install {missing}")
    command = [sys.executable, "-m", "bench", "--rounds", "1", "--taps", "2", "--quick"]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    rows = ("in process, RAM", "in process, file", "PC/SC, RAM", "PC/SC, file", "pgbench")
    for row in rows:
        assert f"| {row} " in run.stdout
