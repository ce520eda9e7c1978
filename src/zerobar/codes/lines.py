"""How a voucher or request names a phone line: its reference is the bill account.

The reference's 8 bytes are the number's digits without the plus sign, four bits each, padded with F
at the end: 15 digits at most (E.164), so there is always at least one F.
"""

from __future__ import annotations

import re
from typing import Final

REFERENCE_LENGTH: Final = 8
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_CHINESE_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_DIGITS: Final = re.compile(r"([1-9][0-9]{7,14})f+", re.ASCII)


class LineMalformed(ValueError):
    """A text that is no phone number, or 8 bytes that name none."""


def read_number(text: str) -> str:
    """Return a phone number in E.164; a Chinese mobile number may come without +86.

    Raises LineMalformed.
    """
    bare = text.replace(" ", "").replace("-", "")
    if _CHINESE_MOBILE.fullmatch(bare):
        return f"+86{bare}"
    if _NUMBER.fullmatch(bare):
        return bare
    raise LineMalformed("that is no phone number")


def reference_of(number: str) -> bytes:
    """Return the 8 bytes by which a voucher or request names a line, given in E.164."""
    assert _NUMBER.fullmatch(number)
    return bytes.fromhex(number[1:].ljust(2 * REFERENCE_LENGTH, "f"))


def number_in(reference: bytes) -> str:
    """Return the number that 8 bytes name; raises LineMalformed."""
    found = _DIGITS.fullmatch(reference.hex())
    if len(reference) != REFERENCE_LENGTH or found is None:
        raise LineMalformed("those bytes name no line")
    return f"+{found[1]}"
