"""What every test shares: how hard hypothesis tries, and when a skip is a failure.

ZEROBAR_PROFILE=quick|everyday|deep chooses the first. With ZEROBAR_REQUIRE_ALL=1, as in .ci/run,
every system part is promised to be there, so a test that skips has been lost and fails the run.
"""

import gc
import os
from collections.abc import Generator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("ZEROBAR_PROFILE", "everyday")
REQUIRE_ALL = os.environ.get("ZEROBAR_REQUIRE_ALL", "") == "1"

# A clock on a shared machine says nothing about the code, so no example has a deadline.
settings.register_profile(
    "everyday",
    deadline=None,
    derandomize=True,
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("everyday"), max_examples=20)
# Only deep looks where nobody looked before; `make deep` prints the seed that repeats it.
settings.register_profile(
    "deep", settings.get_profile("everyday"), derandomize=False, max_examples=5_000
)
settings.load_profile(PROFILE)


LOOK_FOR_CYCLES_AFTER = 20_000
"""New objects."""
TESTS = Path(__file__).parent
SLOW_FOLDERS = tuple(
    TESTS / name
    for name in (
        "bank/checking",
        "bank/fraud",
        "bank/funding",
        "bank/merchants",
        "bank/people",
        "bank/purses",
        "bank/settlement",
        "bank/staff",
        "bank/syncing",
        "phone",
        "pos",
        "screens",
        "telecom",
    )
)
"""A database for each test: all of them together are too much for every change."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in a slow folder, before anything is chosen by its marks."""
    for item in items:
        if _is_slow(item.path.parent):
            item.add_marker(pytest.mark.slow)


@cache
def _is_slow(folder: Path) -> bool:
    return any(slow == folder or slow in folder.parents for slow in SLOW_FOLDERS)


def pytest_collection_finish() -> None:
    """Let Python look for cycles seldom, and never in what was collected, which stays anyhow.

    Five thousand tests are looked through again and again otherwise, a tenth of all the time.
    """
    gc.freeze()
    gc.set_threshold(LOOK_FOR_CYCLES_AFTER)


def pytest_report_header() -> str:
    """Say which of the two switches are on."""
    skips = "fail the run" if REQUIRE_ALL else "are allowed"
    return f"zerobar: profile {PROFILE}, skips {skips}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of one test."""
    report = yield
    # An expected failure is reported as a skip too, but it did run.
    if not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole file, as by pytest.importorskip."""
    report = yield
    _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if REQUIRE_ALL and report.outcome == "skipped":
        report.outcome = "failed"
        report.longrepr = f"ZEROBAR_REQUIRE_ALL=1 allows no skip: {_reason(report.longrepr)}"


def _reason(longrepr: object) -> str:
    # pytest gives a skip as (path, line, reason).
    return str(longrepr[2]) if isinstance(longrepr, tuple) else str(longrepr)
