"""How a case ends other than well."""

from __future__ import annotations

from typing import Any


class Nonconformity(Exception):
    """The purse did something else than the protocol says; the text says what."""


class NotRun(Exception):
    """The case cannot be run on this card; the text says why."""


def same(got: Any, wanted: Any, what: str) -> None:
    """Return if both are equal; raise Nonconformity otherwise."""
    if got != wanted:
        raise Nonconformity(f"{what}: {shown(got)} instead of {shown(wanted)}")


def shown(value: Any) -> str:
    """Return a value as a person reads it: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex().upper() or "nothing"
    return str(value)
