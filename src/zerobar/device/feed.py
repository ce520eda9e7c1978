"""What a device sent and received, in words: for a page that draws it.

Recorded where the bytes leave the program. Kept in memory, the newest only: it is there to be
looked at, not to be relied on. It never holds what was sent, only how much.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import httpx
import msgspec

from zerobar.device.words import Step, step_of_command, step_of_request
from zerobar.reader import CardLink, LinkError, Sentence

MOST_KEPT: Final = 2_000
MOST_AT_ONCE: Final = 200
LONGEST_WAIT_S: Final = 25.0
CONNECT_WITHIN_S: Final = 3.0
_WORD_LENGTH: Final = 2
_OK: Final = b"\x90\x00"


class Direction(StrEnum):
    """Which way something went, as seen from the device."""

    SENT = "sent"
    RECEIVED = "received"
    UNANSWERED = "unanswered"
    """It was sent, and no answer came."""


class Other(StrEnum):
    """Who is at the other end."""

    BANK = "bank"
    TELECOM = "telecom"
    SIM = "sim"
    """A phone's own purse."""
    SAM = "sam"
    """A till's own purse."""
    CARD = "card-in-the-field"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went one way.

    Attributes:
        number: rising by one; a new start of the program begins at 1.
        size: in bytes, without the frames of TCP or radio.
        step: the stable name of what passed: a card's instruction, such as PAY, or a request's
            method and shape, such as `GET /v1/orders/{id}`.
    """

    number: int
    at_unix_s: float
    other: Other
    direction: Direction
    size: int
    step: str
    words: str
    words_zh: str


class EventsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Events over HTTP; `last` is what to ask after next."""

    items: list[Event]
    last: int


class EventFeed:
    """The newest events; safe to share between threads.

    Args:
        clock_unix_s: the time.
    """

    def __init__(self, clock_unix_s: Callable[[], float]) -> None:
        self._clock_unix_s = clock_unix_s
        self._events: deque[Event] = deque(maxlen=MOST_KEPT)
        self._changed = threading.Condition()
        self._number = 0
        self._closed = False

    def record(self, other: Other, direction: Direction, size: int, step: Step) -> None:
        """Keep an event, and wake whoever waits for one."""
        with self._changed:
            self._number += 1
            self._events.append(
                Event(
                    number=self._number,
                    at_unix_s=self._clock_unix_s(),
                    other=other,
                    direction=direction,
                    size=size,
                    step=step.name,
                    words=str(step.words),
                    words_zh=step.words.zh,
                )
            )
            self._changed.notify_all()

    def after(self, number: int, wait_s: float = 0.0) -> list[Event]:
        """Return events after a number, oldest first; wait a while for the first of them."""
        with self._changed:
            waited_s = min(wait_s, LONGEST_WAIT_S)
            self._changed.wait_for(lambda: self._closed or self._number > number, waited_s)
            return [event for event in self._events if event.number > number][:MOST_AT_ONCE]

    def shown_after(self, number: int, wait_s: float) -> EventsShown:
        """Return what `after` does, and the number to ask after next."""
        events = self.after(number, wait_s)
        return EventsShown(items=events, last=events[-1].number if events else number)

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class RecordingLink(CardLink):
    """A link to a card that is listened to.

    Args:
        link: owned from now on.
        other: which card it is.
    """

    def __init__(self, link: CardLink, feed: EventFeed, other: Other) -> None:
        self._link = link
        self._feed = feed
        self._other = other

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command; raises LinkError."""
        step = step_of_command(apdu)
        self._feed.record(self._other, Direction.SENT, len(apdu), step)
        try:
            answer = self._link.exchange(apdu)
        except LinkError as error:
            lost = Step(step.name, error.what_happened)
            self._feed.record(self._other, Direction.UNANSWERED, 0, lost)
            raise
        self._feed.record(self._other, Direction.RECEIVED, len(answer), _answered(step, answer))
        return answer

    def reset(self) -> None:
        """Power the card off and on."""
        self._link.reset()

    def close(self) -> None:
        """Let the card go."""
        self._link.close()


class RecordingTransport(httpx.BaseTransport):
    """The way to the bank or another institution, listened to.

    Args:
        answer_within_s: for each attempt; it waits no longer than a person would.
        other: who is asked.
    """

    def __init__(self, feed: EventFeed, answer_within_s: float, other: Other = Other.BANK) -> None:
        self._http = httpx.HTTPTransport()
        self._feed = feed
        self._other = other
        self._waits = httpx.Timeout(answer_within_s, connect=CONNECT_WITHIN_S).as_dict()
        self._is_hung_up = False

    def hang_up(self) -> None:
        """Send nothing any more."""
        self._is_hung_up = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer; raises httpx.TransportError."""
        if self._is_hung_up:
            raise httpx.ConnectError("the device is switched off")
        request.extensions["timeout"] = self._waits
        step = step_of_request(request.method, request.url.path)
        self._feed.record(self._other, Direction.SENT, len(request.content), step)
        try:
            response = self._http.handle_request(request)
            content = response.read()
        except httpx.TransportError:
            self._feed.record(self._other, Direction.UNANSWERED, 0, step)
            raise
        told = step if response.is_success else _refused(step, response.status_code)
        self._feed.record(self._other, Direction.RECEIVED, len(content), told)
        return response

    def close(self) -> None:
        """Close what is open."""
        self._http.close()


def _answered(step: Step, answer: bytes) -> Step:
    status = answer[-_WORD_LENGTH:]
    if status == _OK:
        return step
    text = Sentence("{words}: refused, {status}", zh="{words}：拒绝，{status}")
    return Step(step.name, text.filled(words=step.words, status=status.hex().upper()))


def _refused(step: Step, status: int) -> Step:
    text = Sentence("{words}: no, {status}", zh="{words}：未通过，{status}")
    return Step(step.name, text.filled(words=step.words, status=status))
