"""The people, shops and cards of a world, and the devices in their hands."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID

from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.registering import register_purse
from zerobar.database import Database
from zerobar.device import PHONE_CEILING, TILL_CEILING, Device, DeviceStore
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.reader import OpenPayer
from zerobar.world.banking import WorldBank, open_bank
from zerobar.world.billing import Biller
from zerobar.world.cards import WorldCard
from zerobar.world.operator import BankAway, HolderAway
from zerobar.world.people import Person, move_in
from zerobar.world.story import Story
from zerobar.world.truth import Truth
from zerobar.world.weather import Weather


@dataclass(frozen=True)
class Size:
    """How big a world is, and how much happens in it.

    Attributes:
        cards: anonymous ones, which somebody carries without a phone.
        steps: things that happen before everybody comes home.
        losses: whether phones are lost.
        crimes: whether elements are opened.
    """

    phones: int = 14
    tills: int = 6
    cards: int = 3
    steps: int = 250
    losses: bool = True
    crimes: bool = True


@dataclass
class Holder:
    """A phone or a till with its card, or a card alone.

    Attributes:
        device: None for a card that is carried without one.
        is_lost: the card is in a stranger's hands.
        open_taps: payments that were torn here, with the card that was in the field.
    """

    name: str
    person: Person | None
    card: WorldCard
    certificate: Certificate
    path: Path
    device: Device | None = None
    is_lost: bool = False
    open_taps: dict[UUID, OpenPayer] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        """Of the purse, 8 bytes."""
        return self.certificate.id


class Town:
    """A world that has been set up; everything in it comes from one seed.

    Args:
        draw: what happens, and every random byte.

    Attributes:
        cheats: whose cards were opened.
        clones: copies of their cards, which somebody carries.
        minted: ids of purses with money that nobody paid.
        rollbacks: old memories of cheats' cards.
    """

    def __init__(
        self, world: WorldBank, draw: random.Random, size: Size, folder: Path, stack: ExitStack
    ) -> None:
        self.world = world
        self.draw = draw
        self.size = size
        self.weather = Weather(draw, loss=0.0)
        self.story = Story(world.clock)
        self.truth = Truth()
        self.folder = folder
        self._stack = stack
        self.phones = [self._settle(n, PurseClass.PERSON) for n in range(size.phones)]
        self.tills = [self._settle(size.phones + n, PurseClass.MERCHANT) for n in range(size.tills)]
        self.cards = [self._carry(n) for n in range(size.cards)]
        self.cheats: list[Holder] = []
        self.clones: list[Holder] = []
        self.minted: set[bytes] = set()
        self.rollbacks: list[tuple[Holder, Memory]] = []
        self.biller = Biller.hosted(world, move_in(world, len(self.holders), "biller"))

    @property
    def holders(self) -> list[Holder]:
        """Everybody who has a card."""
        return [*self.phones, *self.tills, *self.cards]

    def holder_of(self, holder: Holder) -> HolderAway:
        """Return the bank as a holder of a wallet reaches it."""
        assert holder.person is not None
        return HolderAway(self.world, self.weather, holder.person, holder.id)

    def borrowed(self, phone: Holder, card: Holder) -> Device:
        """Return a phone's device with a card without phone held to it."""
        assert phone.device is not None
        return replace(phone.device, open_purse=card.card.on_contact)

    def start(self, holder: Holder) -> Device:
        """Start a device's program (again): it knows what is in its file."""
        if holder.device is not None:
            holder.device.store.close()
        store = DeviceStore(holder.path, self.world.clock.unix_s)
        # Programs die here, machines do not: nothing has to reach the disk.
        store.file.execute("PRAGMA synchronous = OFF")
        self._stack.callback(store.close)
        ceiling = (
            TILL_CEILING if holder.certificate.purse_class is PurseClass.MERCHANT else PHONE_CEILING
        )
        operator = BankAway(self.world.bank, self.weather)
        holder.device = Device(
            store, holder.card.on_contact, operator, self.draw.randbytes, ceiling
        )
        return holder.device

    def new_id(self) -> UUID:
        """Return an id that a device makes."""
        return self.world.bank.new_id()

    def _settle(self, index: int, purse_class: PurseClass) -> Holder:
        word = "phone" if purse_class is PurseClass.PERSON else "till"
        name = f"{word} {index + 1}"
        person = move_in(self.world, index, name)
        holder = self._issue(name, purse_class, person)
        self.start(holder)
        return holder

    def _carry(self, index: int) -> Holder:
        return self._issue(f"card {index + 1}", PurseClass.ANONYMOUS, None)

    def _issue(self, name: str, purse_class: PurseClass, person: Person | None) -> Holder:
        bank, now = self.world.bank, int(self.world.clock.unix_s())
        card, certificate = WorldCard.issued(
            name, issuing_keys(bank), (purse_class, now), self.draw, self.truth.watch
        )
        register_purse(bank, certificate, person.wallet_id if person else None)
        path = self.folder / f"{name.replace(' ', '-')}.db"
        return Holder(name, person, card, certificate, path)


@contextmanager
def open_town(database: Database, seed: int, size: Size, folder: Path) -> Iterator[Town]:
    """Set up a world in an empty database and an empty folder."""
    draw = random.Random(seed)  # noqa: S311 - a seed is to give the same world again
    with ExitStack() as stack, open_bank(database, draw) as world:
        yield Town(world, draw, size, folder, stack)
