"""Cards of a world: purses in memory that can be torn, rolled back, copied and forged."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from zerobar.issuer import TestAuthority, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.records import VALID, short_hash
from zerobar.purse.ring import PERSON_SLOTS, SLOT_SIZE, Ring, Slot
from zerobar.purse.store import memory_size
from zerobar.reader import CardLink, CardTorn, InProcessLink

PIN: Final = "417293"
YEARS: Final = 3
Watch = Callable[["WorldCard"], None]
"""Called after every command, whether its answer arrived or not."""


class WorldCard:
    """A card, whoever holds it.

    Attributes:
        name: for the story.
        tear_in: commands until the field is lost, after so many bytes were written; None: it holds.
    """

    def __init__(self, name: str, memory: Memory, draw: random.Random, watch: Watch) -> None:
        self.name = name
        self.memory = memory
        self.tear_in: tuple[int, int] | None = None
        self._draw = draw
        self._watch = watch
        self.applet = Applet(memory, draw.randbytes)

    @classmethod
    def issued(
        cls,
        name: str,
        keys: TestAuthority,
        what: tuple[PurseClass, int],
        draw: random.Random,
        watch: Watch,
    ) -> tuple[WorldCard, Certificate]:
        """Personalise a blank card: its class, and today in seconds since 1970."""
        purse_class, now_unix_s = what
        card = cls(name, Memory(bytes(memory_size(PERSON_SLOTS))), draw, watch)
        plan = Plan(purse_class, Validity.years_from(now_unix_s, YEARS), PIN)
        with InProcessLink(card.applet, Interface.CONTACT) as link:
            certificate = personalise(link.exchange, keys.authority, keys.operator, plan)
        return card, certificate

    def on_contact(self) -> CardLink:
        """Power it in a device."""
        return _WatchedLink(self, Interface.CONTACT)

    def in_field(self) -> CardLink:
        """Bring it into a field."""
        return _WatchedLink(self, Interface.CONTACTLESS)

    def newest(self) -> Slot:
        """Return the state that is committed, as a microscope would see it."""
        return self._ring().newest

    def slot(self, entry: int) -> Slot | None:
        """Return an entry that is still in its memory."""
        return self._ring().entry(entry, 0)

    def copied(self, name: str) -> WorldCard:
        """Return a clone: everything in the element, in another one."""
        return WorldCard(name, copy.deepcopy(self.memory), self._draw, self._watch)

    def rolled_back_to(self, memory: Memory) -> None:
        """Restore an old copy of the memory."""
        self.memory = copy.deepcopy(memory)
        self.applet = Applet(self.memory, self._draw.randbytes)

    def mint(self, amount: Fen) -> None:
        """Write a balance that nobody paid, as whoever has opened the element can."""
        newest = self.newest()
        body = bytes(replace(newest, balance=Fen(newest.balance + amount)))
        slot_at = self._ring_at + newest.entry % PERSON_SLOTS * SLOT_SIZE
        self.memory.write(slot_at, VALID + body + short_hash(body))

    def observed(self) -> None:
        """Tell whoever watches that something may have been committed."""
        self._watch(self)

    @property
    def _ring_at(self) -> int:
        return self.memory.size - PERSON_SLOTS * SLOT_SIZE

    def _ring(self) -> Ring:
        return Ring(self.memory, self._ring_at, PERSON_SLOTS)


class _WatchedLink(CardLink):
    """A link whose card may leave in the middle, as its card says."""

    def __init__(self, card: WorldCard, interface: Interface) -> None:
        self._card = card
        self._inner = InProcessLink(card.applet, interface)
        self._gone = False

    def exchange(self, apdu: bytes) -> bytes:
        if self._gone:
            raise CardTorn
        try:
            if self._card.tear_in is None:
                return self._inner.exchange(apdu)
            return self._torn_in_time(apdu)
        finally:
            self._card.observed()

    def _torn_in_time(self, apdu: bytes) -> bytes:
        card = self._card
        assert card.tear_in is not None
        commands, written = card.tear_in
        if commands > 0:
            card.tear_in = commands - 1, written
            return self._inner.exchange(apdu)
        card.tear_in = None
        self._gone = True
        card.memory.cut_after(written)
        try:
            self._inner.exchange(apdu)
        finally:
            card.memory.cut_after(None)
        # It had written all that it wanted: only its answer is lost.
        raise CardTorn

    def reset(self) -> None:
        self._inner.reset()
        self._gone = False

    def close(self) -> None:
        self._inner.close()
