"""The answer to reset of the virtual card (ISO/IEC 7816-3, clause 8)."""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Final

from zerobar.purse.apdu import AID

_DIRECT_CONVENTION: Final = 0x3B
_TD1_FOLLOWS: Final = 0x80
_PROTOCOL_T1: Final = 0x01
_COMPACT_TLV: Final = 0x80
_TAG_AID: Final = 0xF0


def _answer_to_reset(historical: bytes) -> bytes:
    """Return an ATR that offers T=1 only and ends with its check byte (TCK)."""
    assert len(historical) <= 15
    unchecked = bytes((_TD1_FOLLOWS | len(historical), _PROTOCOL_T1)) + historical
    return bytes((_DIRECT_CONVENTION,)) + unchecked + bytes((reduce(xor, unchecked),))


ATR: Final = _answer_to_reset(bytes((_COMPACT_TLV, _TAG_AID | len(AID))) + AID)
"""T=1; the historical bytes name the purse's AID (ISO/IEC 7816-4, clause 12.1.1)."""
