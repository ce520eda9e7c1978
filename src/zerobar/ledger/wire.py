"""Frames between processes that ask and the process that posts: a length, and msgpack.

A frame carries many requests, or many outcomes; they are matched by numbers, in any order.
"""

from __future__ import annotations

import select
import socket
import struct
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from zerobar.ledger.asking import Outcome, Request
from zerobar.ledger.errors import LedgerUnavailable, RowRefused
from zerobar.ledger.model import Closed, Posted, Posting

MAX_FRAME: Final = 2**30
"""Bytes: well above what MAX_FRAME_CHAINS of the largest chains take."""
MAX_FRAME_CHAINS: Final = 1_024
"""Chains in one frame, when not a single request has more."""

_LENGTH: Final = struct.Struct(">I")
_READ: Final = 262_144


class BadFrame(Exception):
    """The other side does not speak as it should; the connection is of no more use."""


class Asked(msgspec.Struct, array_like=True):
    """A request, and its number."""

    number: int
    postings: list[Posting] = []
    closing: UUID | None = None


class Told(msgspec.Struct, array_like=True):
    """The outcome of a request; without anything, it is not known.

    Attributes:
        number: the request's.
        answers: for each chain; text is why a row of it was refused.
        closed: for an account that was to be closed.
    """

    number: int
    answers: list[list[Posted] | str] | None = None
    closed: Closed | None = None


def _as_number(value: Any) -> int:
    # Fen is an integer of a type of its own.
    return int(value)


def _as_declared(kind: type, value: Any) -> Any:
    return kind(value)


_ENCODER: Final = msgspec.msgpack.Encoder(uuid_format="bytes", enc_hook=_as_number)
ASKED: Final = msgspec.msgpack.Decoder(list[Asked], dec_hook=_as_declared)
TOLD: Final = msgspec.msgpack.Decoder(list[Told], dec_hook=_as_declared)


def asked(number: int, request: Request) -> Asked:
    """Write down a request."""
    return Asked(number, list(request.postings), request.closing)


def told(number: int, outcome: Outcome) -> Told:
    """Write down an outcome."""
    if isinstance(outcome, Closed):
        return Told(number, closed=outcome)
    if isinstance(outcome, RowRefused):
        return Told(number, [outcome.reason])
    if not isinstance(outcome, list):
        return Told(number)
    answers = [answer.reason if isinstance(answer, RowRefused) else answer for answer in outcome]
    return Told(number, answers)  # type: ignore[arg-type]


def outcome_of(message: Told, request: Request) -> Outcome:
    """Read an outcome as the one who asked wants it."""
    if message.closed is not None:
        return message.closed
    if message.answers is None:
        return LedgerUnavailable()
    answers = [RowRefused(a) if isinstance(a, str) else a for a in message.answers]
    return answers[0] if request.alone else answers


def frame_of(messages: Sequence[Asked | Told]) -> bytes:
    """Write messages down as one frame."""
    data = _ENCODER.encode(messages)
    return _LENGTH.pack(len(data)) + data


def send_at_once(connection: socket.socket, data: bytes) -> bytes:
    """Send what the socket takes without waiting; return the rest."""
    try:
        sent = connection.send(data, socket.MSG_DONTWAIT)
    except BlockingIOError:
        return data
    return data[sent:]


def send_all(connection: socket.socket, data: bytes, patience_s: float) -> None:
    """Send all; raise TimeoutError when the other side takes nothing for so long.

    Whether the socket itself waits is not to be relied on: a loop that watches it changes that.
    """
    while rest := send_at_once(connection, data):
        if len(rest) == len(data) and not _wait_for(connection, select.POLLOUT, patience_s):
            raise TimeoutError
        data = rest


def _wait_for(connection: socket.socket, event: int, patience_s: float | None = None) -> bool:
    poll = select.poll()
    poll.register(connection, event)
    return bool(poll.poll(None if patience_s is None else 1000 * patience_s))


class FrameReader:
    """Takes frames off a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._piece = memoryview(bytearray(_READ))
        self._read = bytearray()

    def next(self) -> bytes | None:
        """Return the next frame's bytes, once they are there; None at the connection's end."""
        while (frame := self.taken()) is None:
            try:
                is_open = self.receive()
            except BlockingIOError:
                is_open = _wait_for(self._connection, select.POLLIN)
            if not is_open:
                return None
        return frame

    def receive(self, flags: int = 0) -> bool:
        """Read more; return False at the connection's end.

        Args:
            flags: of the system's recv; with MSG_DONTWAIT it raises BlockingIOError.
        """
        got = self._connection.recv_into(self._piece, 0, flags)
        self._read += self._piece[:got]
        return bool(got)

    def taken(self) -> bytes | None:
        """Take the first frame off what was read; None when it is not all there."""
        if len(self._read) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._read)
        if length > MAX_FRAME:
            raise BadFrame
        end = _LENGTH.size + length
        if len(self._read) < end:
            return None
        frame = bytes(memoryview(self._read)[_LENGTH.size : end])
        del self._read[:end]
        return frame
