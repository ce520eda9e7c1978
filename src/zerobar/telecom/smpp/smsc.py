"""A small SMSC to develop and test with: one telecom binds to it, and phones' messages go through.

It understands bind_transceiver, bind_transmitter, submit_sm, deliver_sm_resp, enquire_link and
unbind (SMPP 3.4, chapter 4). A message is delivered again until the telecom has acknowledged it.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from typing import Final, Self

from zerobar.serving.programs import listen
from zerobar.telecom.smpp import pdus
from zerobar.telecom.smpp.model import ShortMessage
from zerobar.telecom.smpp.stream import Silence, Stream, StreamClosed

MOST_WAITING: Final = 1_000
MOST_SESSIONS: Final = 16
ACKNOWLEDGED_WITHIN_S: Final = 10.0
_PATIENCE_S: Final = 60.0
_STOP_PATIENCE_S: Final = 5.0
_NAME: Final = "zerobar"
_FOR_GOOD: Final = (pdus.OK, pdus.REJECTED, pdus.UNKNOWN_COMMAND, pdus.WRONG_LENGTH)

_log = logging.getLogger(__name__)


class Smsc:
    """An SMSC on this machine, for as long as its context lasts.

    Args:
        system_id, password: of the telecom that may bind.
        port: 0 for any free one.
        acknowledged_within_s: after which a message is delivered again.
    """

    def __init__(
        self,
        system_id: str,
        password: str,
        port: int = 0,
        acknowledged_within_s: float = ACKNOWLEDGED_WITHIN_S,
    ) -> None:
        self._access = (system_id, password)
        self._listening = listen(port)
        self._acknowledged_within_s = acknowledged_within_s
        self._waiting: queue.Queue[ShortMessage] = queue.Queue()
        self._stopping = threading.Event()
        self._sessions: set[_Session] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, name="smsc", daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._listening.getsockname()[1]
        return port

    def submit(self, message: ShortMessage) -> None:
        """Take a message from a phone, for the telecom; raises queue.Full."""
        # Not the queue's own bound, for what was not acknowledged has to get in again.
        if self._waiting.qsize() >= MOST_WAITING:
            raise queue.Full
        self._waiting.put(message)

    @property
    def is_empty(self) -> bool:
        """Whether all messages are acknowledged."""
        return self._waiting.unfinished_tasks == 0

    def cut(self) -> None:
        """Break all sessions, as a network does; unacknowledged messages come again."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        # A blocked accept is ended by shutting down, not by closing.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(_STOP_PATIENCE_S)
        self.cut()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            session = _Session(self, Stream(connection, _PATIENCE_S))
            with self._lock:
                if len(self._sessions) >= MOST_SESSIONS:
                    session.close()
                    continue
                self._sessions.add(session)
            session.start()

    def _ended(self, session: _Session) -> None:
        with self._lock:
            self._sessions.discard(session)

    def _lets_in(self, pdu: pdus.Pdu) -> bool:
        return (pdus.text_of(pdu.system_id), pdus.text_of(pdu.password)) == self._access


class _Session:
    """One connection: a thread reads it, and once the telecom is bound another one delivers."""

    def __init__(self, smsc: Smsc, stream: Stream) -> None:
        self._smsc = smsc
        self._stream = stream
        self._numbers = pdus.Sequence()
        self._closed = threading.Event()
        self._acknowledged: queue.Queue[tuple[int, int]] = queue.Queue()
        self._is_bound = False

    def start(self) -> None:
        """Serve in the background."""
        threading.Thread(target=self._serve, name="smsc-session", daemon=True).start()

    def close(self) -> None:
        """End the session."""
        self._closed.set()
        self._stream.close()

    def _serve(self) -> None:
        try:
            while self._answer(self._stream.read()):
                pass
        except (StreamClosed, Silence, pdus.PduRefused) as error:
            _log.info("a session ends: %s", error)
        finally:
            self.close()
            self._smsc._ended(self)

    def _answer(self, pdu: pdus.Pdu) -> bool:
        """Answer a PDU; return whether the session goes on."""
        match pdu.command:
            case "bind_transceiver" | "bind_transmitter":
                return self._bind(pdu)
            case "enquire_link":
                self._stream.write(pdus.make("enquire_link_resp", pdu.sequence))
            case "submit_sm":
                self._submit(pdu)
            case "deliver_sm_resp" | "generic_nack":
                self._acknowledged.put((pdu.sequence, pdu.status))
            case "unbind":
                self._stream.write(pdus.make("unbind_resp", pdu.sequence))
                return False
            case _ if not pdu.is_response():
                status = pdus.UNKNOWN_COMMAND
                self._stream.write(pdus.make("generic_nack", pdu.sequence, status=status))
        return True

    def _bind(self, pdu: pdus.Pdu) -> bool:
        is_in = not self._is_bound and self._smsc._lets_in(pdu)
        status = pdus.OK if is_in else pdus.BIND_FAILED
        command = f"{pdu.command}_resp"
        answer = pdus.make(command, pdu.sequence, status=status, system_id=_NAME)
        self._stream.write(answer)
        if is_in:
            self._is_bound = True
        if is_in and pdu.command == "bind_transceiver":
            threading.Thread(target=self._deliver, name="smsc-delivery", daemon=True).start()
        return is_in

    def _submit(self, pdu: pdus.Pdu) -> None:
        status = self._submitted(pdu) if self._is_bound else pdus.WRONG_STATE
        number = f"{pdu.sequence:x}"
        answer = pdus.make("submit_sm_resp", pdu.sequence, status=status, message_id=number)
        self._stream.write(answer)

    def _submitted(self, pdu: pdus.Pdu) -> int:
        """Take a message from another system that is bound, as from a phone."""
        try:
            self._smsc.submit(pdus.read_message(pdu))
        except pdus.MessageRefused:
            return pdus.REJECTED
        except queue.Full:
            return pdus.SYSTEM_ERROR
        return pdus.OK

    def _deliver(self) -> None:
        waiting = self._smsc._waiting
        while not self._closed.is_set():
            try:
                message = waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            if not self._deliver_one(message):
                # Behind the others: one that is never kept is not to hold them up.
                waiting.put(message)
            waiting.task_done()

    def _deliver_one(self, message: ShortMessage) -> bool:
        """Return whether the telecom has acknowledged it, or refused it for good."""
        raw = pdus.make("deliver_sm", self._numbers, **pdus.message_fields(message))
        number = self._numbers.sequence
        try:
            self._stream.write(raw)
            while True:
                told = self._acknowledged.get(timeout=self._smsc._acknowledged_within_s)
                if told[0] == number:
                    return told[1] in _FOR_GOOD
        except (StreamClosed, queue.Empty):
            return False
