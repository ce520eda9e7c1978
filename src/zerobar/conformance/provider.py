"""Where the cards under test come from, and how their two interfaces are reached."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from zerobar.conformance.verdicts import NotRun
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader.inprocess import InProcessLink
from zerobar.reader.link import CardLink


class CardUnderTest:
    """One card: its contacts and, if there is one, its antenna.

    Args:
        contact: the link to its contacts.
        antenna: brings it into a field; closing that link takes the field away.
        passes_any_apdu: the links carry every byte as it is, malformed commands too.
    """

    def __init__(
        self,
        contact: CardLink,
        antenna: Callable[[], CardLink] | None = None,
        *,
        passes_any_apdu: bool = True,
    ) -> None:
        self._contact = contact
        self._antenna = antenna
        self._field: CardLink | None = None
        self.passes_any_apdu = passes_any_apdu

    @property
    def has_antenna(self) -> bool:
        """Whether the card can be brought into a field."""
        return self._antenna is not None

    @property
    def link(self) -> CardLink:
        """The link in use: the field while there is one, else the contacts."""
        return self._contact if self._field is None else self._field

    def power_on_contact(self) -> None:
        """Reset the card on its contacts; nothing is selected then."""
        self._leave_field()
        self._contact.reset()

    def power_on_contactless(self) -> None:
        """Take the card out of any field and into a new one; nothing is selected then."""
        if self._antenna is None:
            raise NotRun("the antenna of this card cannot be reached")
        self._leave_field()
        self._field = self._antenna()

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command over the link in use."""
        return self.link.exchange(apdu)

    def close(self) -> None:
        """Let the card go."""
        self._leave_field()
        self._contact.close()

    def _leave_field(self) -> None:
        if self._field is not None:
            self._field.close()
            self._field = None


class CardProvider(Protocol):
    """Gives blank cards: as many as wanted, or a single one."""

    @property
    def unlimited(self) -> bool:
        """Whether every case can have a blank card of its own."""

    def fresh(self) -> CardUnderTest:
        """Return a blank card, in factory state and powered on by contact."""


class InProcessCards:
    """Blank virtual cards in this process, without end.

    Args:
        slots: the size of their logs, 64 or 1,024.
        random: gives that many random bytes.
    """

    unlimited = True

    def __init__(self, slots: int, random: Callable[[int], bytes]) -> None:
        self._slots = slots
        self._random = random

    def fresh(self) -> CardUnderTest:
        """Return a blank card."""
        applet = Applet(Memory(bytes(memory_size(self._slots))), self._random)
        return CardUnderTest(
            InProcessLink(applet, Interface.CONTACT),
            lambda: InProcessLink(applet, Interface.CONTACTLESS),
        )


class OneCard:
    """A single blank card, on which everything has to happen."""

    unlimited = False

    def __init__(self, card: CardUnderTest) -> None:
        self._card = card
        self._taken = False

    def fresh(self) -> CardUnderTest:
        """Return the card, the first time; it can be blank only once."""
        assert not self._taken, "there is only one card"
        self._taken = True
        return self._card
