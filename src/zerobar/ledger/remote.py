"""One process posts, others ask it: the side of those who ask.

What is not answered when the connection breaks is sent again by itself, with the same ids, until
it is answered; so a server that is killed and started again is no more than a pause.
"""

from __future__ import annotations

import logging
import socket
import struct
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import msgspec

from zerobar.ledger.asking import Asking, Outcome, Request, deliver
from zerobar.ledger.errors import LedgerBusy, LedgerUnavailable
from zerobar.ledger.wire import (
    MAX_FRAME_CHAINS,
    TOLD,
    Asked,
    BadFrame,
    FrameReader,
    asked,
    outcome_of,
    send_frame,
)

MAX_WAITING: Final = 65_536
"""Chains that wait at most; more are turned away at once rather than kept waiting."""
GIVE_UP_AFTER_S: Final = 30.0
"""How long the posting process may be gone before those who wait are told."""

SILENCE_S: Final = 10.0
"""How long the posting process may take in nothing; then it is connected to anew."""

_PAUSE_S: Final = 0.05
_LOOK_EVERY_S: Final = 0.5
_TIMEVAL: Final = struct.Struct("@ll")
_log = logging.getLogger(__name__)


class RemoteLedger(Asking):
    """The ledger of another process; a context manager that waits for all answers at its end.

    It connects when it is first asked, and again whenever it must.

    Args:
        path: of the socket of a `PosterServer`.
        died: called if the thread that asks ends by a mistake of ours; see `GroupingPoster`.
    """

    def __init__(self, path: Path, died: Callable[[], None] | None = None) -> None:
        self._path = path
        self._died = died
        self._is_dead = False
        self._changed = threading.Condition()
        self._unanswered: dict[int, Request] = {}
        self._chains = 0
        self._to_send: deque[int] = deque()
        self._number = 0
        self._broken = False
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="ledger-remote", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for all answers, then hang up."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def take(self, request: Request) -> None:
        """Ask; the answer comes to the request's mailbox."""
        many = len(request.postings) or 1
        with self._changed:
            assert not self._closing, "closed"
            if self._is_dead:
                raise LedgerUnavailable
            if self._chains + many > MAX_WAITING:
                raise LedgerBusy
            self._number += 1
            self._unanswered[self._number] = request
            self._chains += many
            if not self._to_send:
                self._changed.notify_all()
            self._to_send.append(self._number)

    # --- the thread that connects and sends -----------------------------------------------

    def _run(self) -> None:
        try:
            self._ask_all()
        except Exception as error:  # noqa: BLE001 - the outermost edge of this thread
            places = "".join(traceback.format_tb(error.__traceback__))
            _log.critical("the thread that asks has ended: %s\n%s", type(error).__name__, places)
            self._die()

    def _die(self) -> None:
        with self._changed:
            self._is_dead = True
            requests = list(self._unanswered.values())
            self._unanswered.clear()
        deliver([(request, LedgerUnavailable()) for request in requests])
        if self._died is not None:
            self._died()

    def _ask_all(self) -> None:
        while self._is_needed():
            connection = self._connected()
            if connection is None:
                self._give_up()
                time.sleep(_PAUSE_S)
                continue
            with connection:
                self._talk(connection)

    def _is_needed(self) -> bool:
        """Wait until there is something to send; tell whether there is."""
        with self._changed:
            self._changed.wait_for(lambda: self._unanswered or self._closing)
            return bool(self._unanswered)

    def _connected(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Sending and connecting end in time also when the process there was stopped; a time-out
        # of Python's would end the wait for answers as well.
        patience = _TIMEVAL.pack(int(SILENCE_S), 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, patience)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return None
        return connection

    def _talk(self, connection: socket.socket) -> None:
        """Send all that is unanswered and all that comes, until the connection breaks."""
        with self._changed:
            self._broken = False
            self._to_send = deque(self._unanswered)
        reading = threading.Thread(
            target=self._read_all, args=(connection,), name="ledger-answers", daemon=True
        )
        reading.start()
        try:
            while (messages := self._next_messages()) is not None:
                if messages:
                    send_frame(connection, messages)
                self._give_up()
        except OSError:
            _log.warning("the process that posts has gone")
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        reading.join()

    def _next_messages(self) -> list[Asked] | None:
        """Return what to send next, which may be nothing for now; None when it is time to stop."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._to_send or self._broken or self._is_done(), _LOOK_EVERY_S
            )
            if self._broken or self._is_done():
                return None
            messages: list[Asked] = []
            chains = 0
            while self._to_send and chains < MAX_FRAME_CHAINS:
                number = self._to_send.popleft()
                if (waiting := self._unanswered.get(number)) is not None:
                    messages.append(asked(number, waiting))
                    chains += len(waiting.postings)
            return messages

    def _is_done(self) -> bool:
        return self._closing and not self._unanswered

    def _give_up(self) -> None:
        """Tell those who have waited too long that the outcome is not known."""
        until_s, late = time.monotonic() - GIVE_UP_AFTER_S, []
        with self._changed:
            for number, waiting in self._unanswered.items():
                if waiting.since_s > until_s:
                    break
                late.append(number)
            requests = [self._settled(number) for number in late]
        deliver([(request, LedgerUnavailable()) for request in requests if request is not None])

    def _settled(self, number: int) -> Request | None:
        """Take a request off those unanswered; None when it was before."""
        waiting = self._unanswered.pop(number, None)
        if waiting is None:
            return None
        self._chains -= len(waiting.postings) or 1
        return waiting

    # --- the thread that reads answers ----------------------------------------------------

    def _read_all(self, connection: socket.socket) -> None:
        reader = FrameReader(connection)
        try:
            while (frame := reader.next()) is not None:
                self._pass_on(frame)
        except (OSError, BadFrame, msgspec.MsgspecError) as error:
            _log.warning("answers are asked for again: %s", type(error).__name__)
        finally:
            self._break()

    def _break(self) -> None:
        with self._changed:
            self._broken = True
            self._changed.notify_all()

    def _pass_on(self, frame: bytes) -> None:
        messages = TOLD.decode(frame)
        with self._changed:
            outcomes: list[tuple[Request, Outcome]] = [
                (request, outcome_of(message, request))
                for message in messages
                if (request := self._settled(message.number)) is not None
            ]
            if self._is_done():
                self._changed.notify_all()
        deliver(outcomes)
