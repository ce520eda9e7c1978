"""Purses on Java Cards and in Python, with one operator: its books balance after their syncs."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.card.simulator import SimulatedCards, SimulatedLink, Simulator
from zerobar.branch import load, synchronise, unload
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import CardLink, InProcessLink, PurseCard, Terms, tap

pytestmark = pytest.mark.slow

NOW_UNIX_S = 1_790_000_000
SLOTS = 64
TERMS = Terms(Fen(1250), b"order 01")
Made = tuple[PurseCard, Callable[[], CardLink]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OperatorDesk]:
    keys = AuthorityFile.generate(random.Random(11).randbytes, NOW_UNIX_S).open()
    with Journal(tmp_path / "journal") as journal:
        yield OperatorDesk(keys, journal)


def personalised(desk: OperatorDesk, link: CardLink, purse_class: PurseClass) -> PurseCard:
    plan = Plan(purse_class, Validity.years_from(NOW_UNIX_S, 3), "1234")
    desk.register(personalise(link.exchange, desk.keys.authority, desk.keys.operator, plan))
    return PurseCard(link)


def on_card(console: Simulator, desk: OperatorDesk, purse_class: PurseClass) -> Made:
    SimulatedCards(console, SLOTS).fresh()
    contact = SimulatedLink(console, Interface.CONTACT)
    contact.reset()
    card = personalised(desk, contact, purse_class)
    return card, lambda: SimulatedLink(console, Interface.CONTACTLESS)


def in_python(desk: OperatorDesk, purse_class: PurseClass) -> Made:
    applet = Applet(Memory(bytes(memory_size(SLOTS))), random.Random(7).randbytes)
    card = personalised(desk, InProcessLink(applet, Interface.CONTACT), purse_class)
    return card, lambda: InProcessLink(applet, Interface.CONTACTLESS)


@pytest.mark.parametrize("payer", ["card", "python"])
def test_what_one_paid_the_other_settles_to_the_fen(
    console: Simulator, desk: OperatorDesk, payer: str
) -> None:
    person_class, merchant_class = PurseClass.PERSON, PurseClass.MERCHANT
    card = on_card(console, desk, person_class if payer == "card" else merchant_class)
    other = in_python(desk, merchant_class if payer == "card" else person_class)
    (person, field), (merchant, _) = (card, other) if payer == "card" else (other, card)
    load(person, desk, Fen(20000))
    assert tap(field, merchant, TERMS).is_final
    for purse in (merchant, person):
        purse.reset()
        synchronise(purse, desk, NOW_UNIX_S, lambda length: b"n" * length)
        assert desk.accounting().balanced
    unload(merchant, desk, Fen(1250))
    merchant.reset()
    synchronise(merchant, desk, NOW_UNIX_S, lambda length: b"m" * length)
    books = desk.accounting()
    assert (books.in_purses, books.in_flight, books.unloaded) == (18750, 0, 1250)
    assert books.balanced
