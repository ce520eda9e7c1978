"""Frames of the vpcd protocol: a 2-byte big-endian length and a body.

A body of one byte is a control, any longer one is an APDU. Bytes arrive in pieces of any
size, so they are collected until a frame is whole.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

MAX_BODY: Final = 4096
"""Longest body taken; a short APDU has at most 261 bytes, a longer one is answered 6700."""

_LENGTH_BYTES: Final = 2


class FrameError(Exception):
    """What arrived is no frame; the connection cannot be trusted any further."""


class Control(IntEnum):
    """Bodies of one byte; only ATR is answered, BUSY is only ever sent by a card."""

    OFF = 0x00
    ON = 0x01
    RESET = 0x02
    ATR = 0x04
    BUSY = 0x10


def frame(body: bytes) -> bytes:
    """Return the frame that carries body, 1 to MAX_BODY bytes."""
    assert 1 <= len(body) <= MAX_BODY
    return len(body).to_bytes(_LENGTH_BYTES) + body


class FrameBuffer:
    """Collects received bytes and gives back whole bodies, in order."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def __len__(self) -> int:
        return len(self._pending)

    def feed(self, data: bytes) -> None:
        """Add bytes as they arrived."""
        self._pending += data

    def take(self) -> bytes | None:
        """Return the next whole body, or None; raise FrameError for a length out of bounds."""
        if len(self._pending) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._pending[:_LENGTH_BYTES])
        if not 1 <= length <= MAX_BODY:
            raise FrameError(f"a frame of {length} bytes; 1 to {MAX_BODY} are allowed")
        end = _LENGTH_BYTES + length
        if len(self._pending) < end:
            return None
        body = bytes(self._pending[_LENGTH_BYTES:end])
        del self._pending[:end]
        return body
