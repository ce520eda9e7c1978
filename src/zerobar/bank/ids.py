"""Ids: 128 bits, made by whoever asks, once, before asking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6b1d7d5e-2f0a-5c41-9d86-0f5a3a3c7b21")
DERIVED_VERSION: Final = 5
"""Of a UUID that `derived_id` made."""


def new_id(now: datetime, random: Callable[[int], bytes]) -> UUID:
    """Return a UUIDv7 (RFC 9562, 5.7): rising with the millisecond, random within it."""
    milliseconds = int(now.timestamp() * 1000)
    bits = int.from_bytes(random(10)) & ((1 << 74) - 1)
    high, low = bits >> 62, bits & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def derived_id(*parts: UUID | str | int) -> UUID:
    """Return the id (UUIDv5) that follows from others: the same parts give the same id."""
    return uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
