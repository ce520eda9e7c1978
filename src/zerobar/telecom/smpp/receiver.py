"""The telecom's binding to its SMSC: a transceiver that takes what is delivered, and binds again.

A message is acknowledged once it is kept. If that fails, or the acknowledgement is lost, the SMSC
delivers it again; whoever takes messages has to count each once.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from typing import Final, Self

from zerobar.telecom.installation import SmscAccess
from zerobar.telecom.smpp import pdus
from zerobar.telecom.smpp.model import ShortMessage
from zerobar.telecom.smpp.stream import Silence, Stream, StreamClosed

CONNECT_TIMEOUT_S: Final = 5.0
ENQUIRE_AFTER_S: Final = 30.0
"""Of silence, to learn whether the SMSC is still there; after twice as long the session is over."""
FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 30.0
_STOP_PATIENCE_S: Final = 10.0

_log = logging.getLogger(__name__)


class BindRefused(Exception):
    """The SMSC does not let the telecom in."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the SMSC refuses the binding with status 0x{status:02x}")


class Receiver:
    """Takes messages from an SMSC in a thread of its own, for as long as its context lasts.

    Args:
        access: where the SMSC is, and the name and password there.
        take: keeps a message, or raises: then it comes again.
        enquire_after_s: of silence.
    """

    def __init__(
        self,
        access: SmscAccess,
        take: Callable[[ShortMessage], None],
        enquire_after_s: float = ENQUIRE_AFTER_S,
    ) -> None:
        self._access = access
        self._take = take
        self._enquire_after_s = enquire_after_s
        self._stopping = threading.Event()
        self._stream: Stream | None = None
        self._was_bound = False
        self._thread = threading.Thread(target=self._run, name="telecom-smpp")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if (stream := self._stream) is not None:
            stream.close()
        self._thread.join(_STOP_PATIENCE_S)

    def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping.is_set():
            self._was_bound = False
            try:
                self._session()
            except (OSError, StreamClosed, pdus.PduRefused, BindRefused) as error:
                _log.warning("the SMSC: %s; bound again later", error)
            if self._was_bound:
                pause_s = FIRST_PAUSE_S
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _session(self) -> None:
        """Bind, and take messages until the SMSC unbinds; raises when it is cut."""
        address = (self._access.host, self._access.port)
        connection = socket.create_connection(address, CONNECT_TIMEOUT_S)
        self._stream = stream = Stream(connection, self._enquire_after_s)
        numbers = pdus.Sequence()
        try:
            self._bind(stream, numbers)
            self._was_bound = True
            while not self._stopping.is_set() and self._answer_next(stream, numbers):
                pass
        finally:
            self._stream = None
            stream.close()

    def _bind(self, stream: Stream, numbers: pdus.Sequence) -> None:
        stream.write(
            pdus.make(
                "bind_transceiver",
                numbers,
                system_id=self._access.system_id,
                password=self._access.password,
                system_type="",
                address_range="",
            )
        )
        try:
            answer = stream.read()
        except Silence:
            raise StreamClosed from None
        if answer.command != "bind_transceiver_resp" or answer.status != pdus.OK:
            raise BindRefused(answer.status)

    def _answer_next(self, stream: Stream, numbers: pdus.Sequence) -> bool:
        """Answer what comes next; return whether the session goes on."""
        try:
            pdu = self._next(stream, numbers)
        except pdus.PduNotUnderstood as error:
            stream.write(pdus.make("generic_nack", error.sequence, status=error.status))
            return True
        match pdu.command:
            case "deliver_sm":
                status = self._taken(pdu)
                stream.write(pdus.make("deliver_sm_resp", pdu.sequence, status=status))
            case "enquire_link":
                stream.write(pdus.make("enquire_link_resp", pdu.sequence))
            case "unbind":
                stream.write(pdus.make("unbind_resp", pdu.sequence))
                return False
        return True

    def _next(self, stream: Stream, numbers: pdus.Sequence) -> pdus.Pdu:
        try:
            return stream.read()
        except Silence:
            stream.write(pdus.make("enquire_link", numbers))
        try:
            return stream.read()
        except Silence:
            raise StreamClosed from None

    def _taken(self, pdu: pdus.Pdu) -> int:
        try:
            self._take(pdus.read_message(pdu))
        except pdus.MessageRefused as error:
            _log.info("a message is left alone: %s", error)
            return pdus.REJECTED
        except Exception as error:  # noqa: BLE001 - the session's edge: the SMSC sends it again
            _log.warning("a message was not kept: %s; it comes again", type(error).__name__)
            return pdus.SYSTEM_ERROR
        return pdus.OK
