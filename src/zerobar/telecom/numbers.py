"""Phone numbers of lines, and how a voucher names one; see `codes.lines`."""

from __future__ import annotations

from zerobar.codes import lines
from zerobar.codes.lines import REFERENCE_LENGTH, LineMalformed, reference_of
from zerobar.telecom.errors import BadNumber, BadReference

__all__ = ["number_in", "read_number", "reference_in", "reference_of"]


def read_number(text: str) -> str:
    """Return a phone number in E.164; a Chinese mobile number may come without +86.

    Raises BadNumber.
    """
    try:
        return lines.read_number(text)
    except LineMalformed:
        raise BadNumber from None


def number_in(reference: bytes) -> str:
    """Return the number that 8 bytes name; raises BadReference."""
    try:
        return lines.number_in(reference)
    except LineMalformed:
        raise BadReference from None


def reference_in(text: str) -> bytes:
    """Return the reference of the number that a person wrote; eight zeros if it is none."""
    try:
        return reference_of(read_number(text))
    except BadNumber:
        return bytes(REFERENCE_LENGTH)
