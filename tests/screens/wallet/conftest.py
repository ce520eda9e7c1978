"""People with phones whose screens are open; the bank and its world run as in tests/phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import folder, open_wallet, sandbox
from tests.phone.programs import LonePhone, PhoneProgram, Sim
from tests.phone.wires import Wire
from tests.screens.browsing import Chosen
from tests.screens.wallet.acting import Screen, screen_of

__all__ = ["folder", "sandbox"]


class ReadingPhone(PhoneProgram):
    """A phone that reads cards in a field of its own.

    Attributes:
        reader: its field, where nothing is until it leads to a SIM's antenna.
    """

    def __init__(self, folder: Path, name: str, bank_port: int, sim: Sim) -> None:
        self.bank_port = bank_port
        self.reader = Wire(None)
        super().__init__(folder, name, bank_port, sim)

    def arguments(self) -> list[str]:
        return [*super().arguments(), "--reader", f"antenna://{self.reader.address}"]

    def __enter__(self) -> ReadingPhone:
        self.reader.__enter__()
        super().__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.reader.__exit__()

    def cut_network(self) -> None:
        """Let nothing of what it sends be answered."""
        self.road.lead_to(None)

    def mend_network(self) -> None:
        """Let it reach its bank again."""
        self.road.lead_to(("127.0.0.1", self.bank_port))


Pair = tuple[LonePhone, ...]
NewPhone = Callable[[str], ReadingPhone]
OpenScreen = Callable[..., Screen]


@pytest.fixture(scope="session")
def road() -> Iterator[Wire]:
    """A way to the bank, which is there before the bank is."""
    with Wire(None) as road:
        yield road


@pytest.fixture(scope="session")
def lone_phones(folder: Path, road: Wire) -> Pair:
    """Two phones without SIMs, not switched on; passkeys may be for the pages of both."""
    return tuple(LonePhone(folder, f"http://{road.address}", name) for name in ("old", "new"))


def origin_of(phone: LonePhone) -> str:
    """Return the page's name that passkeys may be for; a number is none."""
    return f"http://localhost:{phone.port}"


@pytest.fixture(scope="session")
def bank(folder: Path, sandbox: Sandbox, road: Wire, lone_phones: Pair) -> Iterator[BankProgram]:
    """The one bank of all tests of this screen."""
    pages = [origin_of(phone) for phone in lone_phones]
    with BankProgram(folder, sandbox.url, origins=pages) as bank:
        road.lead_to(("127.0.0.1", bank.port))
        yield bank


@pytest.fixture(scope="session")
def old_and_new(bank: BankProgram, lone_phones: Pair) -> Iterator[Pair]:
    """Both of them, switched on."""
    del bank
    old, new = lone_phones
    with old, new:
        yield lone_phones


@pytest.fixture(scope="session")
def new_phone(folder: Path, bank: BankProgram) -> Iterator[NewPhone]:
    """Switch a new phone on, with a SIM and without a wallet."""
    with ExitStack() as stack:

        def switch_on(name: str) -> ReadingPhone:
            sim = stack.enter_context(Sim(folder, f"screen-sim-{name}", folder / "bank"))
            return stack.enter_context(ReadingPhone(folder, f"screen-{name}", bank.port, sim))

        yield switch_on


@pytest.fixture(scope="session")
def bea(new_phone: NewPhone, sandbox: Sandbox) -> ReadingPhone:
    """The second of the sandbox's people, with money in her wallet and a linked SIM."""
    phone = new_phone("bea")
    open_wallet(phone, sandbox, 1)
    return phone


@pytest.fixture(scope="session")
def carl(new_phone: NewPhone, sandbox: Sandbox) -> ReadingPhone:
    """The third, likewise."""
    phone = new_phone("carl")
    open_wallet(phone, sandbox, 2)
    return phone


@pytest.fixture
def open_screen(browser: Browser) -> Iterator[OpenScreen]:
    """Open a phone's screen in a window of its own."""
    with ExitStack() as stack:

        def open_one(
            phone: LonePhone, locale: str = "zh-CN", *, keeps_copy: bool = False
        ) -> Screen:
            opened = screen_of(browser, phone, Chosen(locale), keeps_copy=keeps_copy)
            return stack.enter_context(opened)

        yield open_one
