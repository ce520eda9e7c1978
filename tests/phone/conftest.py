"""A bank, the institutions around it, and people with phones; each is a process of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.programs import PhoneProgram, Sim
from zerobar.sandbox.people import PEOPLE

PIN = "417293"
FUNDS_FEN = 2_000_00

OpenPhone = Callable[[int], PhoneProgram]


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    # Not pytest's own folder: run as root, that is closed to the user PostgreSQL runs as.
    path = Path(tempfile.mkdtemp(prefix="zerobar-phones-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def sandbox(folder: Path) -> Iterator[Sandbox]:
    with Sandbox(folder) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def bank(folder: Path, sandbox: Sandbox) -> Iterator[BankProgram]:
    with BankProgram(folder, sandbox.url) as bank:
        yield bank


@pytest.fixture(scope="session")
def open_phone(folder: Path, bank: BankProgram, sandbox: Sandbox) -> Iterator[OpenPhone]:
    """Switch a person's phone on, with a SIM, a verified wallet and money in it."""
    with ExitStack() as stack:

        def open_for(who: int) -> PhoneProgram:
            sim = stack.enter_context(Sim(folder, f"sim-{who}", folder / "bank"))
            phone = PhoneProgram(folder, f"phone-{who}", bank.port, sim)
            stack.enter_context(phone)
            open_wallet(phone, sandbox, who)
            return phone

        yield open_for


@pytest.fixture(scope="session")
def anna(open_phone: OpenPhone) -> PhoneProgram:
    return open_phone(0)


@pytest.fixture(scope="session")
def bea(open_phone: OpenPhone) -> PhoneProgram:
    return open_phone(1)


@pytest.fixture(scope="session")
def carl(open_phone: OpenPhone) -> PhoneProgram:
    return open_phone(2)


@pytest.fixture(scope="session")
def dora(open_phone: OpenPhone) -> PhoneProgram:
    return open_phone(3)


def open_wallet(phone: PhoneProgram, sandbox: Sandbox, who: int) -> None:
    """Open a wallet for one of the sandbox's people: verified, with money, its SIM linked."""
    person = PEOPLE[who]
    card = person.cards[0]
    phone.post("/sms-codes", phone=card.phone)
    phone.post("/wallet", phone=card.phone, code=sandbox.code_for(card.phone))
    phone.put("/pin", pin=PIN)
    phone.post("/grant", pin=PIN)
    phone.post("/verification", name=person.name, resident_id=person.resident_id)
    bound = phone.post("/cards", id=str(uuid4()), number=card.number)
    order = str(uuid4())
    asked = phone.post("/exchanges", id=order, card_id=bound["card_id"], amount_fen=FUNDS_FEN)
    while asked["finality"] == "unknown, ask again":
        asked = phone.get(f"/card-orders/{order}")
    assert asked["finality"] == "final now"
    phone.post("/purse/link", limits=None)
