"""The till's two card readers: its own purse (SAM) sits in one, customers tap the other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Self

from zerobar.device.feed import EventFeed, Other, RecordingLink
from zerobar.reader import (
    AntennaTarget,
    BadTarget,
    CardLink,
    FieldBusy,
    FileTarget,
    LinkError,
    NoCard,
    OpenPayer,
    Target,
    VpcdLink,
    VpcdTarget,
    parse_target,
)

_SLOT_TIMEOUT_MS: Final = 8_000
"""A virtual card that was started anew inserts itself within 3 seconds."""
_WAIT_FOR_SAM_S: Final = 30.0


class Sam:
    """The till's own purse, used by one thread at a time; a context manager.

    Args:
        address: `pcsc:READER`, or `vpcd://HOST:PORT` to listen there for a virtual one.
        feed: is told what is said.

    Raises BadTarget, or SlotUnavailable when the slot's address cannot be had.
    """

    def __init__(self, address: str, feed: EventFeed) -> None:
        self._target = _own(address)
        self._feed = feed
        self._busy = threading.Lock()
        self._slot: VpcdLink | None = None
        if isinstance(self._target, VpcdTarget):
            self._slot = VpcdLink(self._target.host, self._target.port, _SLOT_TIMEOUT_MS)

    def open(self) -> CardLink:
        """Power the purse on contact; raises LinkError. Closing lets it go."""
        if not self._busy.acquire(timeout=_WAIT_FOR_SAM_S):
            raise FieldBusy
        try:
            link = self._power_up()
        except BaseException:
            self._busy.release()
            raise
        return _Borrowed(RecordingLink(link, self._feed, Other.SAM), self._busy)

    def _power_up(self) -> CardLink:
        if self._slot is None:
            assert not isinstance(self._target, FileTarget)
            return self._target.open()
        try:
            self._slot.reset()
        except LinkError:
            # It was taken out since; the one that is put in now counts.
            self._slot.reset()
        return _Kept(self._slot)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._slot is not None:
            self._slot.close()


class _Borrowed(CardLink):
    """The purse's link for one user; the next may have it once this one is closed."""

    def __init__(self, link: CardLink, busy: threading.Lock) -> None:
        self._link, self._busy, self._closed = link, busy, False

    def exchange(self, apdu: bytes) -> bytes:
        return self._link.exchange(apdu)

    def reset(self) -> None:
        self._link.reset()

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._link.close()
            self._busy.release()


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


def field_at(address: str | None, feed: EventFeed) -> OpenPayer:
    """Return what brings a customer's card into the till's field; raises BadTarget.

    Args:
        address: `antenna://HOST:PORT` or `pcsc:READER`; None: no reader, so no card.
    """
    if address is None:
        return _nobody
    target = parse_target(address)
    if isinstance(target, FileTarget | VpcdTarget):
        raise BadTarget(address)
    return lambda: RecordingLink(target.open(), feed, Other.CARD)


@contextmanager
def card_in_field(address: str | None, feed: EventFeed) -> Iterator[OpenPayer]:
    """Look into the till's field once, and give what brings the card that is in it.

    So nothing of a sale moves while the till waits for a tap, however often it looks.

    Raises NoCard when there is none, another LinkError, or BadTarget.
    """
    bring = field_at(address, feed)
    seen = [bring()]
    try:
        yield lambda: seen.pop() if seen else bring()
    finally:
        for link in seen:
            link.close()


def _own(address: str) -> Target:
    target = parse_target(address)
    if isinstance(target, FileTarget | AntennaTarget):
        raise BadTarget(address)
    return target


def _nobody() -> CardLink:
    raise NoCard
