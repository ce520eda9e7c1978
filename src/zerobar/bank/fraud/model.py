"""What proves that a purse cheats, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from zerobar.purse.suites import SIGNATURE_LENGTH
from zerobar.purse.wire import SignedMessage


class FraudTest(IntEnum):
    """Which of the protocol's tests for cheats a purse failed."""

    TWO_BODIES = 1
    """T1: two bodies with one payer and entry."""
    OTHER_LOG = 2
    """T2: what it signed is not in its log, or stands on another one: cloned or rolled back."""
    BROKEN_EQUATION = 3
    """T3: its log does not lead to the money that it says it has, or to less than none."""
    OVERSPENT = 4
    """T4: it paid more since the acknowledged entry than any limit allowed."""
    BROKEN_VOID = 5
    """T5: a void and a credit of one request, or an undo that nobody allowed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Something that was signed, exactly as it was: its bytes without signature, and that.

    Both are empty where a test needs no second message.
    """

    body: bytes
    signature: bytes

    @classmethod
    def of(cls, message: SignedMessage) -> Signed:
        """Take a message apart."""
        return cls.read(bytes(message))

    @classmethod
    def read(cls, raw: bytes | None) -> Signed:
        """Take the bytes of a signed message apart; None: there is none."""
        if raw is None:
            return NOTHING
        return cls(raw[:-SIGNATURE_LENGTH], raw[-SIGNATURE_LENGTH:])


NOTHING: Final = Signed(b"", b"")


@dataclass(frozen=True, slots=True)
class Finding:
    """A proof that a purse cheated.

    Attributes:
        entry: of its log, or of its voucher.
        log: entries of 129 bytes each that lead from what was held to the first message.
    """

    purse_id: bytes
    entry: int
    test: FraudTest
    first: Signed
    second: Signed
    log: bytes = field(default=b"", repr=False)
