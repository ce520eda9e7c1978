"""What this till sent and received, in words and bytes: a feed that a screen draws as it happens.

Recorded where the bytes pass, at the link to a card and on the way to the bank; what was said to
whom is in it, what was in it is not: no code, no PIN, no key. The newest are kept, in memory.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import httpx
import msgspec

from zerobar.purse.apdu import Instruction
from zerobar.reader import CardLink, LinkError, Sentence

MOST_KEPT: Final = 2_000
MOST_AT_ONCE: Final = 200
LONGEST_WAIT_S: Final = 25.0
CONNECT_WITHIN_S: Final = 3.0
ANSWER_WITHIN_S: Final = 3.0
"""For each attempt: what is not answered by then is asked again with the same id."""
_ID_LENGTH: Final = 16


class Direction(StrEnum):
    """Which way something went, as seen from the till."""

    SENT = "sent"
    RECEIVED = "received"
    UNANSWERED = "unanswered"
    """It was sent, and no answer came."""


class Other(StrEnum):
    """Who is at the other end."""

    BANK = "bank"
    SAM = "sam"
    CARD = "card-in-the-field"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went one way.

    Attributes:
        number: rising by one; a new start of the till begins at 1.
        size: in bytes, without the frames of TCP or radio.
    """

    number: int
    at_unix_s: float
    other: Other
    direction: Direction
    size: int
    words: str
    words_zh: str


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

    def record(self, other: Other, direction: Direction, size: int, words: Sentence) -> None:
        """Keep an event, and wake whoever waits for one."""
        with self._changed:
            self._number += 1
            event = Event(
                number=self._number,
                at_unix_s=self._clock_unix_s(),
                other=other,
                direction=direction,
                size=size,
                words=str(words),
                words_zh=words.zh,
            )
            self._events.append(event)
            self._changed.notify_all()

    def after(self, number: int, wait_s: float = 0.0) -> list[Event]:
        """Return events after a number, oldest first; wait a while for the first of them."""
        with self._changed:
            waited_s = min(wait_s, LONGEST_WAIT_S)
            self._changed.wait_for(lambda: self._closed or self._number > number, waited_s)
            return [event for event in self._events if event.number > number][:MOST_AT_ONCE]

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
        self._link, self._feed, self._other = link, feed, other

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command; raises LinkError."""
        words = _command_words(apdu)
        self._feed.record(self._other, Direction.SENT, len(apdu), words)
        try:
            answer = self._link.exchange(apdu)
        except LinkError as error:
            self._feed.record(self._other, Direction.UNANSWERED, 0, error.what_happened)
            raise
        self._feed.record(self._other, Direction.RECEIVED, len(answer), _answered(words, answer))
        return answer

    def reset(self) -> None:
        """Power the card off and on."""
        self._link.reset()

    def close(self) -> None:
        """Let the card go."""
        self._link.close()


class RecordingTransport(httpx.BaseTransport):
    """The way to the bank, listened to; it waits no longer than a customer would."""

    def __init__(self, feed: EventFeed) -> None:
        self._http = httpx.HTTPTransport()
        self._feed = feed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer; raises httpx.TransportError."""
        waits = httpx.Timeout(ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S)
        request.extensions["timeout"] = waits.as_dict()
        words = _request_words(request.method, request.url.path)
        self._feed.record(Other.BANK, Direction.SENT, len(request.content), words)
        try:
            response = self._http.handle_request(request)
            content = response.read()
        except httpx.TransportError:
            self._feed.record(Other.BANK, Direction.UNANSWERED, 0, words)
            raise
        told = Sentence(f"{response.status_code} {words}", zh=f"{response.status_code} {words.zh}")
        self._feed.record(Other.BANK, Direction.RECEIVED, len(content), told)
        return response

    def close(self) -> None:
        """Close what is open."""
        self._http.close()


_AREAS: Final = {
    "orders": Sentence("an order", zh="订单"),
    "refunds": Sentence("a refund", zh="退款"),
    "vouchers": Sentence("vouchers", zh="付款凭证"),
    "purses": Sentence("the purse's sync", zh="硬钱包同步"),
    "void-statements": Sentence("void statements", zh="撤销声明"),
    "merchant": Sentence("the merchant", zh="商户"),
}


def _request_words(method: str, path: str) -> Sentence:
    parts = [part for part in path.split("/") if part]
    area = _AREAS.get(parts[1] if len(parts) > 1 else "")
    shape = "/".join("…" if len(part) >= _ID_LENGTH else part for part in parts)
    if area is None:
        return Sentence(f"{method} /{shape}", zh=f"{method} /{shape}")
    last = f" ({parts[-1]})" if len(parts[-1]) < _ID_LENGTH and len(parts) > 2 else ""
    verb = Sentence("asks about", zh="查询") if method == "GET" else Sentence("sends", zh="提交")
    return Sentence(f"{verb} {area}{last}", zh=f"{verb.zh}{area.zh}{last}")


def _command_words(apdu: bytes) -> Sentence:
    found = [one for one in Instruction if one.value == tuple(apdu[:2])]
    name = found[0].name.replace("_", " ") if found else apdu[:2].hex()
    return Sentence(name, zh=name)


def _answered(words: Sentence, answer: bytes) -> Sentence:
    status = answer[-2:].hex().upper()
    return Sentence(f"{words}: {status}", zh=f"{words.zh}：{status}")
