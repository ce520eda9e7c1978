"""Which tests stay together in one process, when several run: they share a town, or a smart card
service, that takes long to start.

    pytest_plugins = ["tests.grouping"]

By where they are, for marks of groups reach no scheduler: pytest-xdist 3.8 hands them on in the ids
of tests, which pytest 9.2 does not let it change.
"""

from __future__ import annotations

from typing import Any

import pytest

TOGETHER = (
    *("tests/screens/wallet", "tests/screens/till", "tests/screens/stage"),
    *("tests/screens/console", "tests/screens/story"),
    *("tests/phone", "tests/pos/test_till_program.py"),
    *("tests/tracing/test_town.py", "tests/demo/test_stage.py"),
)
"""Folders or files; the tests of each are one group."""
WITH_READERS = (
    *("tests/reader/test_pcsc.py", "tests/cli/test_readers.py", "tests/phone/test_pcsc.py"),
    "tests/conformance/test_one_card.py::test_a_card_in_a_reader_conforms",
)
"""One group, for they share a PC/SC service."""


def group_of(test_id: str) -> str:
    """Return what a test stays together with: the name of its group, or itself."""
    if test_id.startswith(WITH_READERS):
        return "readers"
    found = (place for place in TOGETHER if test_id.startswith((f"{place}/", f"{place}::")))
    return next(found, test_id)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Give a scheduler that hands out groups and single tests in the order of their places.

    Not the largest first, as it would by itself: a browser leaves a loop running in its process,
    and tests that run one of their own have to come before.
    """
    # Only where it is installed, and asked for.
    from xdist.scheduler import LoadScopeScheduling

    config.option.loadscopereorder = False

    class Grouping(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return Grouping(config, log)
