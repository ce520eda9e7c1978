"""Between two cases on one card: whatever the last one left behind is put right."""

from __future__ import annotations

from typing import Final

from zerobar.conformance.under_test import STANDARD_KEYS, PurseUnderTest
from zerobar.conformance.world import public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import StateFlags

_LEAST_DAYS: Final = 40
"""A case may move the time floor by a month before its own expiry is in the way."""
_BLOCKLIST_SIZE: Final = 256
_MOST_IDS: Final = 18


def settle(purse: PurseUnderTest) -> None:
    """Bring an active purse back to where every case begins.

    It is selected by contact and empty, its PIN is the first one with three tries, nothing is
    armed, its log is acknowledged, its limits are its class's, its keys the standard ones, it is
    not blocked, and neither its certificate nor its blocklist will be too old soon.
    """
    flags = purse.contact().status.flags
    _mend_pin(purse, blocked=bool(flags & StateFlags.PIN_BLOCKED))
    _mend_keys(purse)
    _mend_balance(purse)
    _mend_limits(purse)
    _mend_certificate(purse)
    _mend_blocklist(purse)
    purse.contact()


def _mend_pin(purse: PurseUnderTest, *, blocked: bool) -> None:
    if blocked:
        purse.ok(Instruction.RESET_PIN, purse.unblock())
    purse.verify_pin()
    purse.ok(Instruction.ARM, bytes(4))
    if not purse.has_first_pin:
        purse.ok(Instruction.RESET_PIN, purse.unblock())


def _mend_keys(purse: PurseUnderTest) -> None:
    for number, (role, name) in STANDARD_KEYS.items():
        if purse.keys[number] != public_key(name):
            purse.update_key(number, role, public_key(name))


def _mend_balance(purse: PurseUnderTest) -> None:
    """Give everything back; a log without any free slot has to be acknowledged before."""
    if purse.mirror.ring_size is not None and purse.mirror.free_slots() == 0:
        purse.sync()
    purse.fund(0)


def _mend_limits(purse: PurseUnderTest) -> None:
    standard = purse.standard_limits
    purse.sync(
        per_payment=standard.per_payment,
        without_pin=standard.without_pin,
        holding=standard.holding,
    )


def _mend_certificate(purse: PurseUnderTest) -> None:
    if purse.own_certificate.not_after_day - purse.mirror.floor_day < _LEAST_DAYS:
        purse.ok(Instruction.PUT_CERTIFICATE, purse.renewal())


def _mend_blocklist(purse: PurseUnderTest) -> None:
    """Make the list fresh; if a class is on it, push everything out with ids of nobody."""
    if not purse.class_is_listed:
        purse.blocklist()
        return
    for _ in range(0, _BLOCKLIST_SIZE, _MOST_IDS):
        purse.blocklist(*(purse.world.nobody() for _ in range(_MOST_IDS)))
    purse.class_is_listed = False
