"""A reader's field: whoever reads finds the card that is in it now, as at a real reader.

    field = Field()
    field.put("alice", ("127.0.0.1", 9002))      Alice holds her card to the reader
    AntennaLink(*field.address)                   what the reader's program does, at any time
    field.take_away()

A program that reads knows nothing of it. Without a card in it a connection ends at once, and when
the card leaves, it ends in the middle of whatever was going on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status
from zerobar.reader import CardError
from zerobar.reader.frames import FrameSocket

_CONNECT_AT_MOST_S: Final = 2.0
_QUIET_AT_MOST_MS: Final = 60_000
_ENDS_WITHIN_S: Final = 0.5
_PAY: Final = bytes(Instruction.PAY.value)
_DONE: Final = Status.OK.to_bytes(2)


@dataclass(frozen=True, slots=True)
class Held:
    """A card that somebody holds to a reader.

    Attributes:
        card: whose it is.
        antenna: host and port.
    """

    card: str
    antenna: tuple[str, int]


class Field:
    """Passes what a reader says on to the card that is in its field; a context manager.

    Args:
        tears: is asked once the card has answered a PAY; if so, the answer never arrives, and the
            card is out of the field.

    Attributes:
        address: host and port, for the reader.
        hears: is told of each PAY that a card has answered: the card's answer, and who holds it.
    """

    def __init__(self, tears: Callable[[], bool] = lambda: False) -> None:
        self._tears = tears
        self._paid: Callable[[], None] | None = None
        self.hears: Callable[[Held, bytes], None] = lambda _held, _answer: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        host, port = self._listener.getsockname()[:2]
        self.address = (str(host), int(port))
        self._changed = threading.Condition()
        self._held: Held | None = None
        self._ends: set[socket.socket] = set()
        threading.Thread(target=self._listen, name="field", daemon=True).start()

    @property
    def target(self) -> str:
        """The address as a program takes it."""
        return "antenna://{}:{}".format(*self.address)

    @property
    def held(self) -> Held | None:
        """The card that is in the field; None: none is."""
        return self._held

    def put(self, card: str, antenna: tuple[str, int]) -> Held:
        """Hold a card to the reader, in the place of one that is there."""
        self.take_away()
        held = Held(card, antenna)
        with self._changed:
            self._held = held
        return held

    def take_away(self, held: Held | None = None) -> None:
        """Take the card away; one that was put later stays if another is named."""
        with self._changed:
            if held is not None and self._held is not held:
                return
            self._held = None
            for end in self._ends:
                _break(end)

    def when_paid(self, act: Callable[[], None]) -> None:
        """Have something done once: when a card has paid, and before the reader has its answer."""
        self._paid = act

    def close(self) -> None:
        """Listen no more."""
        _break(self._listener)
        self._listener.close()
        self.take_away()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _listen(self) -> None:
        while True:
            try:
                reader, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(reader,), daemon=True).start()

    def _serve(self, reader: socket.socket) -> None:
        with reader:
            # A reader that taps again may be here before its last connection has quite ended.
            with self._changed:
                self._changed.wait_for(lambda: not self._ends, _ENDS_WITHIN_S)
                held = self._held
            if held is None:
                return
            try:
                card = socket.create_connection(held.antenna, _CONNECT_AT_MOST_S)
            except OSError:
                return
            with card, suppress(CardError):
                self._pass_on(held, reader, card)

    def _pass_on(self, held: Held, reader: socket.socket, card: socket.socket) -> None:
        """Pass on what is asked and answered, until either end is gone."""
        with self._changed:
            if self._held is not held:
                return
            self._ends |= {reader, card}
        try:
            asks = FrameSocket(reader, _QUIET_AT_MOST_MS)
            answers = FrameSocket(card, _QUIET_AT_MOST_MS)
            while self._exchange(held, asks, answers):
                pass
        finally:
            # The card's first: whoever comes next must not find it in a field still.
            card.close()
            with self._changed:
                self._ends -= {reader, card}
                self._changed.notify_all()

    def _exchange(self, held: Held, asks: FrameSocket, answers: FrameSocket) -> bool:
        """Pass one command on, and its answer unless it is torn; return whether it was not."""
        command = asks.hear()
        answer = answers.ask(command)
        pays = command.startswith(_PAY) and answer.endswith(_DONE)
        if pays:
            self.hears(held, answer)
        if pays and self._tears():
            self.take_away(held)
            return False
        if pays and (act := self._paid) is not None:
            self._paid = None
            act()
        asks.tell(answer)
        return True


def _break(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
