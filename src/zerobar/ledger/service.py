"""One process posts, others ask it: the posting process's side, on a Unix socket.

The processes that ask use `RemoteLedger`. Whoever may open the socket may move money, so only the
user that made it may.
"""

from __future__ import annotations

import logging
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import msgspec

from zerobar.ledger.asking import Outcome, Request, deliver
from zerobar.ledger.errors import LedgerBusy, RowRefused, SocketTaken
from zerobar.ledger.grouping import GroupingPoster
from zerobar.ledger.wire import (
    ASKED,
    Asked,
    BadFrame,
    FrameReader,
    Told,
    frame_of,
    send_at_once,
    told,
)

MAX_CONNECTIONS: Final = 64
MAX_UNANSWERED: Final = 16_384
"""Requests of one connection; while as many are unanswered, no more are read."""

_PAUSE_S: Final = 0.005
_NEXT_TRY_S: Final = 0.5
_SWITCH_S: Final = 0.0005
_log = logging.getLogger(__name__)


class PosterServer:
    """Posts for other processes; a context manager that stops taking requests at its end.

    For a process of its own: it makes threads take turns ten times as often as Python does by
    itself, because the one that waits for the database must not wait for the one that judges.

    Args:
        ledger: what posts; it is closed by whoever opened it.
        path: of the socket, in a folder that exists. What a killed server left there is replaced.

    Raises SocketTaken.
    """

    def __init__(self, ledger: GroupingPoster, path: Path) -> None:
        sys.setswitchinterval(_SWITCH_S)
        self._ledger = ledger
        self._path = path
        self._socket = _listening(path)
        self._connections: set[_Connection] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._accepting = threading.Thread(
            target=self._accept_all, name="ledger-accept", daemon=True
        )
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take no more requests; what was taken is posted, and its sender asks the next server."""
        with self._lock:
            self._closing = True
        # Only a shutdown wakes a thread that accepts.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)
        for connection in list(self._connections):
            connection.close()

    def _accept_all(self) -> None:
        while True:
            try:
                accepted, _ = self._socket.accept()
            except OSError as error:
                if self._closing:
                    return
                # Too many open files, say: others may be closed by then.
                _log.warning("a connection cannot be taken: %s", type(error).__name__)
                time.sleep(_NEXT_TRY_S)
                continue
            with self._lock:
                if self._closing or len(self._connections) >= MAX_CONNECTIONS:
                    accepted.close()
                    continue
                self._connections.add(_Connection(accepted, self._ledger, self._forget))

    def _forget(self, connection: _Connection) -> None:
        with self._lock:
            self._connections.discard(connection)


class _Connection:
    """One process that asks: a thread reads, and whoever posts answers.

    An answer goes out at once if the socket takes it. If not, another thread waits for that.
    """

    def __init__(
        self,
        accepted: socket.socket,
        ledger: GroupingPoster,
        ended: Callable[[_Connection], None],
    ) -> None:
        self._socket = accepted
        self._ledger = ledger
        self._ended = ended
        self._changed = threading.Condition()
        self._unsent: list[Told] = []
        self._rest = b""
        self._is_over = False
        self._room = threading.Semaphore(MAX_UNANSWERED)
        self._threads = [
            threading.Thread(target=self._read_all, name="ledger-read", daemon=True),
            threading.Thread(target=self._send_rests, name="ledger-answer", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def tell(self, outcomes: Sequence[tuple[Request, Outcome]]) -> None:
        """Answer, as the mailbox of all requests that came this way; never waits."""
        answers = [told(request.waiter, outcome) for request, outcome in outcomes]
        with self._changed:
            if self._is_over:
                return
            if self._rest:
                self._unsent += answers
                return
            self._send(answers)

    def _send(self, answers: Sequence[Told]) -> None:
        try:
            self._rest = send_at_once(self._socket, frame_of(answers))
        except OSError:
            self._is_over = True
        self._room.release(len(answers))
        if self._rest or self._is_over:
            self._changed.notify_all()

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    # --- the thread that reads ------------------------------------------------------------

    def _read_all(self) -> None:
        reader = FrameReader(self._socket)
        try:
            while (frame := reader.next()) is not None:
                for message in ASKED.decode(frame):
                    self._take(message)
        except (OSError, BadFrame, msgspec.MsgspecError, AssertionError) as error:
            _log.warning("a connection to the ledger is cut: %s", type(error).__name__)
        finally:
            # What it asked is posted all the same; its answers find nobody.
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _take(self, message: Asked) -> None:
        self._room.acquire()
        request = Request(self, message.number, message.postings, message.closing)
        while True:
            try:
                self._ledger.take(request)
            except LedgerBusy:
                # Nothing more is read meanwhile, so whoever asks is held back as well.
                time.sleep(_PAUSE_S)
            except RowRefused as refused:
                deliver([(request, refused)])
                return
            else:
                return

    # --- the thread that sends what the socket did not take at once -----------------------

    def _send_rests(self) -> None:
        with suppress(OSError):
            while rest := self._next_rest():
                self._socket.sendall(rest)
                self._go_on()
        self._hang_up()

    def _next_rest(self) -> bytes:
        """Wait for something that is to be sent; return nothing when the connection has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._rest or self._is_over)
            return b"" if self._is_over else self._rest

    def _go_on(self) -> None:
        """Send what was answered meanwhile, and let answers go out at once again."""
        with self._changed:
            answers, self._unsent, self._rest = self._unsent, [], b""
            if answers and not self._is_over:
                self._send(answers)

    def _hang_up(self) -> None:
        with self._changed:
            self._is_over = True
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._room.release(MAX_UNANSWERED)
        self._threads[0].join()
        self._socket.close()
        self._ended(self)


def _listening(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        listening.bind(str(path))
        # Nobody can connect before it listens, so it is never open to others.
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        listening.listen(MAX_CONNECTIONS)
    except BaseException:
        listening.close()
        raise
    return listening


def _clear(path: Path) -> None:
    """Remove a socket that a killed server left."""
    if not path.exists():
        return
    if not path.is_socket():
        raise SocketTaken(path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        else:
            raise SocketTaken(path)
