"""Wallet numbers: 16 digits, the first of them 0, the last a Luhn check digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from stdnum import luhn

_BODY_DIGITS: Final = 14


def draw_number(random: Callable[[int], bytes]) -> str:
    """Return a number that says nothing of its holder; whether it is free shows on insert."""
    body = int.from_bytes(random(8)) % 10**_BODY_DIGITS
    digits = f"0{body:0{_BODY_DIGITS}d}"
    return digits + luhn.calc_check_digit(digits)


@lru_cache(maxsize=65_536)
def is_number(text: str) -> bool:
    """Return whether a text can be a wallet number; a mistyped digit is always noticed."""
    return len(text) == 16 and text.isascii() and text.startswith("0") and luhn.is_valid(text)
