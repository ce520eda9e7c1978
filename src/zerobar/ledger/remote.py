"""One process posts, others ask it: the side of those who ask.

What is not answered when the connection breaks is sent again by itself, with the same ids, until
it is answered; so a server that is killed and started again is no more than a pause.
"""

from __future__ import annotations

import asyncio
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

from zerobar.ledger.asking import Asking, Outcome, Request, deliver
from zerobar.ledger.errors import LedgerBusy, LedgerUnavailable
from zerobar.ledger.hearing import Hearing
from zerobar.ledger.wire import (
    MAX_FRAME_CHAINS,
    TOLD,
    Asked,
    asked,
    frame_of,
    outcome_of,
    send_all,
    send_at_once,
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

    It connects when it is first asked, and again whenever it must. While the socket takes all, who
    asks sends as well; what it does not take at once is left to a thread, so nobody waits to ask.

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
        self._delivering = 0
        self._to_send: deque[int] = deque()
        self._number = 0
        self._connection: socket.socket | None = None
        self._hearing: Hearing | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rest = b""
        self._is_sending = False
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
            if self._connection is None or self._is_sending or self._to_send:
                self._to_send.append(self._number)
            else:
                self._send_now(self._connection, self._number, request)
            if self._to_send or self._rest:
                self._changed.notify_all()

    def _send_now(self, connection: socket.socket, number: int, request: Request) -> None:
        frame = frame_of([asked(number, request)])
        try:
            self._rest = send_at_once(connection, frame)
        except OSError:
            self._to_send.append(number)
            self._broken = True
        self._is_sending = bool(self._rest)

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
            return bool(self._unanswered or self._delivering)

    def _connected(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # Connecting ends in time also when the process there was stopped; a time-out of Python's
        # would hold for all that follows.
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
            self._broken, self._rest, self._is_sending = False, b"", False
            self._to_send = deque(self._unanswered)
            self._connection = connection
        self._hear(connection)
        try:
            while (data := self._next_data()) is not None:
                if data:
                    send_all(connection, data, SILENCE_S)
                self._give_up()
        except OSError:
            _log.warning("the process that posts has gone")
        with self._changed:
            self._connection = self._hearing = None
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def _next_data(self) -> bytes | None:
        """Return what to send next, which may be nothing for now; None when it is time to stop."""
        with self._changed:
            self._is_sending = False
            self._changed.wait_for(
                lambda: self._rest or self._to_send or self._broken or self._is_done(),
                _LOOK_EVERY_S,
            )
            if self._broken or self._is_done():
                return None
            self._is_sending = bool(self._rest or self._to_send)
            data, self._rest = self._rest, b""
            messages = self._next_messages()
            return data + frame_of(messages) if messages else data

    def _next_messages(self) -> list[Asked]:
        messages: list[Asked] = []
        chains = 0
        while self._to_send and chains < MAX_FRAME_CHAINS:
            number = self._to_send.popleft()
            if (waiting := self._unanswered.get(number)) is not None:
                messages.append(asked(number, waiting))
                chains += len(waiting.postings)
        return messages

    def _is_done(self) -> bool:
        return self._closing and not self._unanswered and not self._delivering

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

    # --- answers --------------------------------------------------------------------------

    def read_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Read answers on a loop, where nobody may wait for one, from the next connection on.

        A loop that is to end calls `read_apart` before.
        """
        with self._changed:
            self._loop = loop

    def read_apart(self) -> None:
        """Read answers in a thread again; called on the loop."""
        with self._changed:
            self._loop = None
            hearing = self._hearing
        if hearing is not None:
            hearing.leave_loop()

    def _hear(self, connection: socket.socket) -> None:
        hearing = Hearing(connection, self._pass_on, self._break)
        with self._changed:
            self._hearing = hearing
            if self._loop is not None:
                # One that ended without a word reads no more.
                with suppress(RuntimeError):
                    hearing.begin_on(self._loop)
                    return
        hearing.begin_in_thread()

    def _break(self, hearing: Hearing) -> None:
        with self._changed:
            # One that was replaced ends as well, and says nothing of the one that is used.
            if self._hearing is hearing:
                self._hearing = None
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
            self._delivering += 1
        try:
            deliver(outcomes)
        finally:
            with self._changed:
                self._delivering -= 1
                if self._is_done():
                    self._changed.notify_all()
