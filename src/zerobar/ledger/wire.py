"""Frames between processes that ask and the process that posts: a length, and msgpack.

A frame carries many requests, or many outcomes; they are matched by numbers, in any order.
"""

from __future__ import annotations

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


def send_frame(connection: socket.socket, messages: Sequence[Asked | Told]) -> None:
    """Send messages as one frame; blocks while the other side does not read."""
    data = _ENCODER.encode(messages)
    connection.sendall(_LENGTH.pack(len(data)) + data)


class FrameReader:
    """Takes frames off a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def next(self) -> bytes | None:
        """Return the next frame's bytes; None at the connection's end."""
        head = self._exactly(_LENGTH.size)
        if head is None:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > MAX_FRAME:
            raise BadFrame
        return self._exactly(length)

    def _exactly(self, length: int) -> bytes | None:
        data = bytearray(length)
        view, have = memoryview(data), 0
        while have < length:
            got = self._connection.recv_into(view[have : have + _READ])
            if not got:
                return None
            have += got
        return bytes(data)
