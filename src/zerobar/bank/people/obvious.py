"""PINs that a thief tries first."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Final

PIN_DIGITS: Final = 6


def is_obvious(pin: str, phone: str) -> bool:
    """Return whether a PIN is a pattern, a date, or part of the phone number.

    Args:
        pin: six digits.
        phone: the holder's.
    """
    assert len(pin) == PIN_DIGITS and pin.isascii() and pin.isdigit()
    return _repeats(pin) or _runs(pin) or pin in phone or _is_date(pin)


def _repeats(pin: str) -> bool:
    """111111, 121212, 123123, 112233, 111222: what two or three digits make."""
    periodic = any(pin == pin[:n] * (PIN_DIGITS // n) for n in (1, 2, 3))
    doubled = pin[::2] == pin[1::2]
    tripled = len(set(pin[:3])) == 1 and len(set(pin[3:])) == 1
    return periodic or doubled or tripled


def _runs(pin: str) -> bool:
    """123456, 654321, 135791, 890123: the same step from each digit to the next."""
    return len({(int(b) - int(a)) % 10 for a, b in pairwise(pin)}) == 1


def _is_date(pin: str) -> bool:
    """YYMMDD of a birthday in the last or this century."""
    year, month, day = (int(pin[i : i + 2]) for i in (0, 2, 4))
    return any(_exists(century + year, month, day) for century in (1900, 2000))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
