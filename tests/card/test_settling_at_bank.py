"""A purse on a Java Card and one in Python pay each other, and their bank settles it over HTTP."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.bank.api.serving import served_bank
from tests.card.simulator import SimulatedCards, SimulatedLink, Simulator
from tests.postgres import NewDatabase
from zerobar.bank.checking import check_books
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.registering import register_purse
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.outbox import Outbox
from zerobar.device import Device, DeviceStore, load, synchronise, take, unload
from zerobar.device.over_http import HolderOverHttp, OperatorOverHttp
from zerobar.issuer import personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import CardLink, InProcessLink, Terms
from zerobar.world.banking import WorldBank, open_bank
from zerobar.world.people import Person, give_pin, move_in

pytestmark = pytest.mark.slow

SLOTS = 64
Links = tuple[Callable[[], CardLink], Callable[[], CardLink]]


@dataclass
class Party:
    """Somebody with a wallet at the bank, and a purse in a device."""

    person: Person
    device: Device
    holder: HolderOverHttp
    in_field: Callable[[], CardLink]

    def balance(self) -> int:
        with self.device.purse() as card:
            return int(card.state(bytes(8)).balance)


class KeptLink(CardLink):
    """A link that stays open: the simulator has one card, and only resets it."""

    def __init__(self, inner: CardLink) -> None:
        self.inner = inner
        inner.reset()

    def exchange(self, apdu: bytes) -> bytes:
        return self.inner.exchange(apdu)

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.reset()


def on_card(console: Simulator) -> Links:
    SimulatedCards(console, SLOTS).fresh()
    return (
        lambda: KeptLink(SimulatedLink(console, Interface.CONTACT)),
        lambda: KeptLink(SimulatedLink(console, Interface.CONTACTLESS)),
    )


def in_python() -> Links:
    applet = Applet(Memory(bytes(memory_size(SLOTS))), random.Random(7).randbytes)
    return (
        lambda: InProcessLink(applet, Interface.CONTACT),
        lambda: InProcessLink(applet, Interface.CONTACTLESS),
    )


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def world(new_database: NewDatabase, stack: ExitStack) -> WorldBank:
    return stack.enter_context(open_bank(new_database(), random.Random(8)))


@pytest.fixture
def join(
    world: WorldBank, stack: ExitStack, tmp_path: Path
) -> Callable[[int, Links, PurseClass], Party]:
    url = stack.enter_context(served_bank(world.bank))

    def joined(index: int, links: Links, purse_class: PurseClass) -> Party:
        contact, field = links
        person = move_in(world, index, f"holder {index}")
        now = int(world.clock.unix_s())
        keys, plan = (
            issuing_keys(world.bank),
            Plan(purse_class, Validity.years_from(now, 3), "1234"),
        )
        with contact() as link:
            certificate = personalise(link.exchange, keys.authority, keys.operator, plan)
        register_purse(world.bank, certificate, person.wallet_id)
        folder = tmp_path / str(index)
        folder.mkdir()
        store = stack.enter_context(DeviceStore(folder / "device.db", world.clock.unix_s))
        outbox = stack.enter_context(Outbox(folder / "outbox.db", world.clock.unix_s))
        key = RequestKey(person.session.key_id, person.key)
        http = stack.enter_context(
            BankHttp(url, key, outbox=outbox, clock_unix_s=world.clock.unix_s)
        )
        device = Device(store, contact, OperatorOverHttp(http), os.urandom)
        holder = HolderOverHttp(http, certificate.id, person.wallet_id)
        return Party(person, device, holder, field)

    return joined


@pytest.mark.parametrize("payer", ["card", "python"])
def test_what_one_paid_the_other_settles_at_the_bank_to_the_fen(
    console: Simulator,
    world: WorldBank,
    join: Callable[[int, Links, PurseClass], Party],
    payer: str,
) -> None:
    card, python = on_card(console), in_python()
    links = (card, python) if payer == "card" else (python, card)
    person = join(1, links[0], PurseClass.PERSON)
    shop = join(2, links[1], PurseClass.MERCHANT)
    give_pin(world, person.person)
    load(person.device, person.holder, uuid4(), Fen(20_000))
    assert take(shop.device, uuid4(), person.in_field, Terms(Fen(1_250), b"order 01")).is_final
    for party in (shop, person):
        synchronise(party.device)
    assert (person.balance(), shop.balance()) == (18_750, 1_250)
    give_pin(world, shop.person)
    told = unload(shop.device, shop.holder, uuid4(), Fen(1_250))
    assert told is not None and told.taken
    synchronise(shop.device)
    assert shop.balance() == 0
    assert not [check for check in check_books(world.bank) if check.many]
