"""The SIM in the phone's slot: this program has it on contact, others through its antenna.

A purse file is served by `zerobar card serve`, a process of its own that inserts itself into the
slot. So the SIM goes on answering at its antenna while this program is stopped or killed, as a SIM
does in a phone whose battery is empty.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, Self

from zerobar.device.feed import EventFeed, Other, RecordingLink
from zerobar.phone.errors import SimUnsuitable
from zerobar.reader import (
    AntennaTarget,
    CardLink,
    FieldBusy,
    LinkError,
    NoCard,
    OpenPayer,
    PcscTarget,
    VpcdLink,
    VpcdTarget,
    parse_target,
)

SLOT_TIMEOUT_MS: Final = 8_000
"""A virtual card that was started anew inserts itself within 3 seconds."""
WAIT_FOR_SLOT_S: Final = 30.0


class _Slot(Protocol):
    """Where the SIM sits."""

    def power_up(self) -> CardLink:
        """Give a link to the freshly powered SIM; closing it lets the SIM go. Raises LinkError."""

    def close(self) -> None:
        """Let the slot go."""


class Sim:
    """The phone's SIM, used by one thread at a time; a context manager.

    Args:
        slot: where it sits.
        feed: is told what is said.
    """

    def __init__(self, slot: _Slot, feed: EventFeed) -> None:
        self._slot = slot
        self._feed = feed
        self._busy = threading.Lock()

    def open(self) -> CardLink:
        """Power the SIM on contact; raises LinkError. Closing lets it go."""
        if not self._busy.acquire(timeout=WAIT_FOR_SLOT_S):
            raise FieldBusy
        try:
            link = self._slot.power_up()
        except BaseException:
            self._busy.release()
            raise
        return _Borrowed(RecordingLink(link, self._feed, Other.SIM), self._busy)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._slot.close()


class _Borrowed(CardLink):
    """The SIM's link for one user; the next may have it once this one is closed."""

    def __init__(self, link: CardLink, busy: threading.Lock) -> None:
        self._link = link
        self._busy = busy
        self._closed = False

    def exchange(self, apdu: bytes) -> bytes:
        assert not self._closed
        return self._link.exchange(apdu)

    def reset(self) -> None:
        assert not self._closed
        self._link.reset()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._link.close()
            self._busy.release()


class _EmptySlot:
    """A phone without a SIM."""

    def power_up(self) -> CardLink:
        raise NoCard

    def close(self) -> None:
        return None


class _ReaderSlot:
    """A card in a PC/SC reader."""

    def __init__(self, target: PcscTarget) -> None:
        self._target = target

    def power_up(self) -> CardLink:
        return self._target.open()

    def close(self) -> None:
        return None


class _VirtualSlot:
    """A slot that a virtual card inserts itself into, and stays in."""

    def __init__(self, target: VpcdTarget) -> None:
        self._link = VpcdLink(target.host, target.port, SLOT_TIMEOUT_MS)

    def power_up(self) -> CardLink:
        try:
            self._link.reset()
        except LinkError:
            # It was taken out since; the one that is put in now counts.
            self._link.reset()
        return _Kept(self._link)

    def close(self) -> None:
        self._link.close()


class _Kept(CardLink):
    """A link that stays open when its user is done."""

    def __init__(self, link: CardLink) -> None:
        self._link = link

    def exchange(self, apdu: bytes) -> bytes:
        return self._link.exchange(apdu)

    def reset(self) -> None:
        self._link.reset()

    def close(self) -> None:
        return None


@contextmanager
def sim_at(address: str | None, feed: EventFeed) -> Iterator[Sim]:
    """Give the SIM at an address; without one, a phone that has none.

    Raises BadTarget, SimUnsuitable, or SlotUnavailable when the slot's address cannot be had.
    """
    with Sim(_slot(address), feed) as sim:
        yield sim


def field_of(address: str, feed: EventFeed) -> OpenPayer:
    """Return what brings another's card into this phone's field; raises BadTarget.

    A phone reads in its field what a card in a reader is too, so both are taken.
    """
    target = parse_target(address)
    if not isinstance(target, AntennaTarget | PcscTarget):
        raise SimUnsuitable(address=address)
    return lambda: RecordingLink(target.open(), feed, Other.CARD)


def _slot(address: str | None) -> _Slot:
    if address is None:
        return _EmptySlot()
    target = parse_target(address)
    if isinstance(target, PcscTarget):
        return _ReaderSlot(target)
    if isinstance(target, VpcdTarget):
        return _VirtualSlot(target)
    raise SimUnsuitable(address=address)
