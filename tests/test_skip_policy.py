"""A skip is allowed on a person's machine and fails the run where everything is promised."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

OPTIONS = ("-ra", "-p", "no:cacheprovider", "-p", "xdist.plugin")
ONLY_WHAT_IS_NAMED = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Other plugins have no say in it, and take a second to load."""
CONFTEST = Path(__file__).with_name("conftest.py")

# Every way of skipping, one file each: the first three reach a test's report, the last a file's.
SKIPPING_FILES = {
    "in_test": "import pytest\ndef test_card() -> None: pytest.skip('install A')\n",
    "by_mark": """
import pytest
@pytest.mark.skipif(True, reason='install B')
def test_card() -> None: pass
""",
    "in_fixture": """
import pytest
@pytest.fixture
def card() -> None: pytest.skip('install C')
def test_card(card: None) -> None: pass
""",
    "whole_file": "import pytest\npytest.importorskip('no_such_module', reason='install D')\n",
}
REASONS = ["install A", "install B", "install C", "install D"]

PASSING_FILES = {
    "passing": "def test_nothing() -> None: pass\n",
    "expected_failure": """
import pytest
@pytest.mark.xfail(reason='known')
def test_card() -> None: assert False
""",
}


def run_pytest(
    folder: Path, files: dict[str, str], *, require_all: bool, processes: int
) -> tuple[int, str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", *OPTIONS, "-n", str(processes), str(folder)]
    run = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | ONLY_WHAT_IS_NAMED | {"ZEROBAR_REQUIRE_ALL": "1" if require_all else ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout


def test_a_skip_is_allowed_and_says_what_to_install(tmp_path: Path) -> None:
    files = SKIPPING_FILES | PASSING_FILES
    code, output = run_pytest(tmp_path, files, require_all=False, processes=0)
    assert code == 0
    assert "1 passed, 4 skipped, 1 xfailed" in output
    assert all(reason in output for reason in REASONS)


@pytest.mark.parametrize("processes", [0, 1])
def test_a_skipping_test_fails_the_run_where_everything_is_promised(
    tmp_path: Path, processes: int
) -> None:
    files = {name: text for name, text in SKIPPING_FILES.items() if name != "whole_file"}
    code, output = run_pytest(tmp_path, files, require_all=True, processes=processes)
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "skipped" not in output.splitlines()[-1]
    assert all(f"allows no skip: Skipped: {reason}" in output for reason in REASONS[:3])


@pytest.mark.parametrize("processes", [0, 1])
def test_a_skipping_file_fails_the_run_where_everything_is_promised(
    tmp_path: Path, processes: int
) -> None:
    files = {"whole_file": SKIPPING_FILES["whole_file"]} | PASSING_FILES
    code, output = run_pytest(tmp_path, files, require_all=True, processes=processes)
    assert code != 0
    assert "allows no skip: Skipped: install D" in output


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, PASSING_FILES, require_all=True, processes=0)
    assert code == 0
    assert "1 passed, 1 xfailed" in output
