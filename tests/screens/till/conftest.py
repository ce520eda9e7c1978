"""A shop with everything in it, for all tests of the till's screen; and the till's screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import bank, folder, sandbox
from tests.screens.browsing import Chosen, open_page
from tests.screens.till.desk import TABLET, Desk, listen_to
from tests.screens.till.shop import Shop

__all__ = ["bank", "folder", "sandbox"]

OpenDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def started(folder: Path, sandbox: Sandbox, bank: BankProgram) -> Iterator[Shop]:
    with Shop(folder, sandbox, bank) as shop:
        yield shop


@pytest.fixture
def shop(started: Shop) -> Shop:
    """The shop, with a network and nothing at the reader."""
    started.till.road.join()
    started.sim.field.mend()
    started.field.cut()
    return started


@pytest.fixture
def open_desk(browser: object, shop: Shop) -> Iterator[OpenDesk]:
    """Open the till's screen, with nobody signed in."""
    with ExitStack() as stack:

        def opened(locale: str = "zh-CN", size: object = TABLET, with_: object = browser) -> Desk:
            page = stack.enter_context(
                open_page(with_, shop.till.url, size, Chosen(locale=locale))  # type: ignore[arg-type]
            )
            listen_to(page)
            return Desk(page, locale)

        yield opened


@pytest.fixture
def desk(open_desk: OpenDesk) -> Desk:
    """The till's screen with the chief signed in, in Chinese."""
    opened = open_desk()
    opened.sign_in()
    return opened
