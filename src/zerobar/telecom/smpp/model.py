"""A short message as SMPP carries it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

BINARY: Final = 0x04
"""data_coding: 8-bit data (SMPP 3.4, 5.2.19)."""
UDHI: Final = 0x40
"""esm_class: the user data begin with a header (SMPP 3.4, 5.2.12)."""


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """A short message.

    Attributes:
        source, destination: addresses, as digits.
        data_coding: how the user data are to be read.
        has_header: the user data begin with a user data header.
        user_data: at most 254 octets, the header included.
    """

    source: str
    destination: str
    data_coding: int
    has_header: bool
    user_data: bytes = field(repr=False)

    @property
    def is_binary(self) -> bool:
        """Whether it is 8-bit data with a header, as a voucher's message is."""
        return self.data_coding == BINARY and self.has_header
