"""The PIN, and arming the card for one tap. The PIN never leaves and never shows."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Self

from zerobar.purse.contents import ArmCell
from zerobar.purse.messages import Role, Unblock
from zerobar.purse.money import MAX_AMOUNT
from zerobar.purse.purse import Purse, refuse_if
from zerobar.purse.status import Refusal, Status, wrong_pin
from zerobar.purse.wire import FormError

MAX_TRIES: Final = 3
PIN_LENGTH: Final = 8
_MIN_DIGITS: Final = 4


def parse_pin(raw: bytes) -> bytes:
    """Check 4 to 8 ASCII digits padded with FF to 8 bytes; raise FormError otherwise."""
    digits = raw.rstrip(b"\xff")
    if len(raw) != PIN_LENGTH or len(digits) < _MIN_DIGITS or not digits.isdigit():
        raise FormError("a PIN is 4 to 8 digits, padded with FF to 8 bytes")
    return raw


@dataclass(frozen=True)
class PinChange:
    """The old PIN and the new one."""

    old: bytes
    new: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 16 bytes."""
        return cls(parse_pin(raw[:PIN_LENGTH]), parse_pin(raw[PIN_LENGTH:]))

    def __repr__(self) -> str:
        return "PinChange()"


def verify(purse: Purse, pin: bytes) -> bytes:
    """Compare the PIN; the right one serves one new payment in this session."""
    _compare(purse, pin)
    purse.store.security.write(replace(purse.store.security.value, tries=MAX_TRIES))
    purse.session.pin_verified = True
    return b""


def change(purse: Purse, pins: PinChange) -> bytes:
    """Replace the PIN."""
    _compare(purse, pins.old)
    fresh = replace(purse.store.security.value, tries=MAX_TRIES, pin=pins.new)
    purse.store.security.write(fresh)
    return b""


def _compare(purse: Purse, pin: bytes) -> None:
    """Refuse a wrong PIN. The try is taken before the comparison: a cut cannot give it back."""
    security = purse.store.security.value
    # An antenna never takes the last try, so a hidden reader cannot lock its victim out.
    spent = 1 if purse.contactless else 0
    refuse_if(security.tries <= spent, Status.PIN_BLOCKED)
    purse.session.pin_verified = False
    left = security.tries - 1
    purse.store.security.write(replace(security, tries=left))
    if not hmac.compare_digest(security.pin, pin):
        raise Refusal(wrong_pin(left))


def reset(purse: Purse, unblock: Unblock) -> bytes:
    """Set a new PIN on an operator's word, each counter once."""
    refuse_if(unblock.id != purse.id, Status.REQUEST_NOT_MINE)
    key = purse.store.keys.value.key(unblock.key_number, Role.SYNC)
    check: Callable[[bytes], None] = unblock.verify
    purse.check_signature(check, key)
    security = purse.store.security.value
    refuse_if(unblock.counter <= security.unblock_counter, Status.REQUEST_NOT_MINE)
    fresh = replace(security, tries=MAX_TRIES, pin=unblock.new_pin, unblock_counter=unblock.counter)
    purse.store.security.write(fresh)
    return b""


def parse_unblock(raw: bytes) -> Unblock:
    """Read 84 bytes with a well-formed PIN inside."""
    unblock = Unblock.parse(raw)
    parse_pin(unblock.new_pin)
    return unblock


def parse_maximum(raw: bytes) -> int:
    """Read 4 bytes of fen; 0 disarms."""
    maximum = int.from_bytes(raw)
    if maximum > MAX_AMOUNT:
        raise FormError(f"{maximum} is more than any amount")
    return maximum


def arm(purse: Purse, maximum: int) -> bytes:
    """Allow one contactless payment up to maximum, until any entry is written."""
    refuse_if(purse.contactless, Status.CONDITIONS_NOT_SATISFIED)
    refuse_if(not purse.session.pin_verified, Status.PIN_NEEDED)
    purse.store.arm.write(ArmCell(maximum=maximum, entry=purse.newest.entry))
    return b""
