"""Limits by certificate class: counted, never timed, for a card has no clock."""

from __future__ import annotations

import struct
from dataclasses import astuple, dataclass, fields
from typing import ClassVar, Final, Self

from zerobar.purse.messages import KEEP_OVERRIDE, PurseClass


@dataclass(frozen=True, slots=True)
class Limits:
    """Eight limits, each an unsigned 32-bit number on the wire, in this order.

    Amounts are fen; `count_out` and `blocklist_age` count payments, and a
    `blocklist_age` of 0 switches that check off.
    """

    per_payment: int
    without_pin: int
    no_pin_total: int
    holding: int
    count_out: int
    value_out: int
    value_in: int
    blocklist_age: int

    LENGTH: ClassVar[int] = 32

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 32 bytes, eight big-endian values."""
        assert len(raw) == cls.LENGTH
        return cls(*struct.unpack(">8I", raw))

    def __bytes__(self) -> bytes:
        return struct.pack(">8I", *astuple(self))

    def overridden(self, per_payment: int, without_pin: int, holding: int) -> Limits:
        """Return these limits with the three that a sync may override; KEEP_OVERRIDE leaves one."""
        return Limits(
            self.per_payment if per_payment == KEEP_OVERRIDE else per_payment,
            self.without_pin if without_pin == KEEP_OVERRIDE else without_pin,
            self.no_pin_total,
            self.holding if holding == KEEP_OVERRIDE else holding,
            self.count_out,
            self.value_out,
            self.value_in,
            self.blocklist_age,
        )


assert len(fields(Limits)) * 4 == Limits.LENGTH

DEFAULT_LIMITS: Final = {
    PurseClass.PERSON: Limits(50000, 20000, 50000, 100000, 10, 100000, 100000, 50),
    PurseClass.ANONYMOUS: Limits(20000, 10000, 20000, 50000, 10, 50000, 50000, 50),
    PurseClass.MERCHANT: Limits(200000, 200000, 2000000, 10000000, 200, 2000000, 10000000, 500),
}
"""What a purse is limited to unless personalised otherwise."""
