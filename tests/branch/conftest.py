"""Cards and a desk in one process, with their clock and randomness given."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import PurseClass
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import CardLink, InProcessLink, PurseCard

NOW_UNIX_S = 1_790_000_000
SLOTS = 64


class Wallet:
    """A purse whose memory can be cut."""

    def __init__(self, desk: OperatorDesk, purse_class: PurseClass, draw: random.Random) -> None:
        self.memory = Memory(bytes(memory_size(SLOTS)))
        self.applet = Applet(self.memory, draw.randbytes)
        self.card = PurseCard(InProcessLink(self.applet, Interface.CONTACT))
        plan = Plan(purse_class, Validity.years_from(NOW_UNIX_S, 3), "1234")
        keys = desk.keys
        exchange = self.card.link.exchange
        self.certificate = personalise(exchange, keys.authority, keys.operator, plan)

    def in_field(self) -> CardLink:
        return InProcessLink(self.applet, Interface.CONTACTLESS)

    def back_in_phone(self) -> None:
        self.card.reset()


@pytest.fixture
def draw() -> random.Random:
    return random.Random(20261123)


@pytest.fixture
def desk(tmp_path: Path, draw: random.Random) -> Iterator[OperatorDesk]:
    keys = AuthorityFile.generate(draw.randbytes, NOW_UNIX_S).open()
    with Journal(tmp_path / "journal") as journal:
        yield OperatorDesk(keys, journal)


@pytest.fixture
def issue(desk: OperatorDesk, draw: random.Random) -> Callable[[PurseClass], Wallet]:
    return lambda purse_class: Wallet(desk, purse_class, draw)
