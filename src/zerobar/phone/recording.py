"""An ear on everything that the phone sends and receives, where it leaves the program."""

from __future__ import annotations

from typing import Final

import httpx

from zerobar.phone.events import Direction, EventFeed, Other
from zerobar.phone.words import words_of_command, words_of_request
from zerobar.reader import CardLink, LinkError, Sentence

CONNECT_WITHIN_S: Final = 3.0
ANSWER_WITHIN_S: Final = 5.0
_WORD_LENGTH: Final = 2
_OK: Final = b"\x90\x00"


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
        words = words_of_command(apdu)
        self._feed.record(self._other, Direction.SENT, len(apdu), words)
        try:
            answer = self._link.exchange(apdu)
        except LinkError as error:
            happened = Sentence(str(error), zh=error.what_happened.zh)
            self._feed.record(self._other, Direction.UNANSWERED, 0, happened)
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
    """The way to the bank, listened to; it waits no longer than a person would."""

    def __init__(self, feed: EventFeed) -> None:
        self._http = httpx.HTTPTransport()
        self._feed = feed
        self._is_hung_up = False

    def hang_up(self) -> None:
        """Send nothing any more."""
        self._is_hung_up = True

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer; raises httpx.TransportError."""
        if self._is_hung_up:
            raise httpx.ConnectError("the phone is switched off")
        waits = httpx.Timeout(ANSWER_WITHIN_S, connect=CONNECT_WITHIN_S)
        request.extensions["timeout"] = waits.as_dict()
        words = words_of_request(request.method, request.url.path)
        self._feed.record(Other.BANK, Direction.SENT, len(request.content), words)
        try:
            response = self._http.handle_request(request)
            content = response.read()
        except httpx.TransportError:
            self._feed.record(Other.BANK, Direction.UNANSWERED, 0, words)
            raise
        told = words if response.is_success else _refused(words, response.status_code)
        self._feed.record(Other.BANK, Direction.RECEIVED, len(content), told)
        return response

    def close(self) -> None:
        """Close what is open."""
        self._http.close()


def _answered(words: Sentence, answer: bytes) -> Sentence:
    status = answer[-_WORD_LENGTH:]
    if status == _OK:
        return words
    text = Sentence("{words}: refused, {status}", zh="{words}：拒绝，{status}")
    return text.filled(words=words, status=status.hex().upper())


def _refused(words: Sentence, status: int) -> Sentence:
    return Sentence("{words}: no, {status}", zh="{words}：未通过，{status}").filled(
        words=words, status=status
    )
