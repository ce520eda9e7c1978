"""Tests that share a town run in one process, however many there are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grouping import TOGETHER, WITH_READERS, group_of

ROOT = Path(__file__).parents[1]
MANY = 12
TEST = f"""
import os, pathlib, pytest, time
@pytest.mark.parametrize("number", range({MANY}))
def test_where(number: int) -> None:
    time.sleep(0.05)
    with open({{told!r}}, "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""


def test_every_group_is_of_tests_that_exist() -> None:
    for place in (*TOGETHER, *WITH_READERS):
        path, _, name = place.partition("::")
        assert (ROOT / path).exists(), place
        assert f"def {name}" in (ROOT / path).read_text() if name else True


def test_a_test_of_no_group_goes_by_itself() -> None:
    assert group_of("tests/pos/test_bills.py::test_one") == "tests/pos/test_bills.py::test_one"
    assert group_of("tests/phone/test_scan.py::test_one[a/b]") == "tests/phone"
    assert group_of("tests/phones/test_scan.py::test_one") == "tests/phones/test_scan.py::test_one"


@pytest.mark.slow
@pytest.mark.parametrize("folder, processes", [("tests/phone", 1), ("tests/others", 2)])
def test_a_group_runs_in_one_process_and_all_others_in_all(
    tmp_path: Path, folder: str, processes: int
) -> None:
    told = tmp_path / "told"
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / folder / "test_it.py").write_text(TEST.format(told=str(told)))
    options = ("-p", "tests.grouping", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadscope")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, folder],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    workers = told.read_text().split()
    assert len(workers) == MANY
    assert len(set(workers)) == processes
