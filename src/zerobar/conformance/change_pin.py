"""CHANGE PIN: the old one proves the right to set a new one."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.personalisation import BAD_PINS
from zerobar.conformance.session import OTHER_PIN, PIN
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verify import NONE_LEFT, ONE_LEFT, TWO_LEFT, WRONG
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status

_NEW_PINS = {"4 digits": OTHER_PIN, "6 digits": b"135790\xff\xff", "8 digits": b"24681357"}


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over=_NEW_PINS)
def test_valid_new_pin(purse: PurseUnderTest, new: bytes) -> None:
    """A new PIN of {} takes the old one's place, over resets."""
    purse.ok(Instruction.CHANGE_PIN, PIN + new)
    purse.contact()
    purse.refuses(TWO_LEFT, Instruction.VERIFY, PIN)
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_valid_same_pin(purse: PurseUnderTest) -> None:
    """A PIN can be changed to itself, and back and forth."""
    for old, new in ((PIN, PIN), (PIN, OTHER_PIN), (OTHER_PIN, PIN)):
        purse.ok(Instruction.CHANGE_PIN, old + new)
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_valid_gives_the_tries_back(purse: PurseUnderTest) -> None:
    """A change with the right PIN gives all tries back."""
    conditions.pin_tries_left(purse, 1)
    purse.ok(Instruction.CHANGE_PIN, PIN + OTHER_PIN)
    purse.refuses(TWO_LEFT, Instruction.VERIFY, WRONG)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over={"right": PIN, "wrong": WRONG})
def test_valid_ends_what_was_verified(purse: PurseUnderTest, old: bytes) -> None:
    """After CHANGE PIN, by the {} PIN, what was verified before is so no longer."""
    purse.fund(30_000)
    purse.verify_pin()
    status = Status.OK if old == PIN else TWO_LEFT
    purse.answers(status, Instruction.CHANGE_PIN, old + OTHER_PIN)
    order = bytes(purse.world.person.request(amount=30_000))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_old_pin(purse: PurseUnderTest) -> None:
    """A wrong old PIN takes a try of the same three, and the PIN stays."""
    purse.refuses(TWO_LEFT, Instruction.CHANGE_PIN, WRONG + OTHER_PIN)
    purse.refuses(ONE_LEFT, Instruction.VERIFY, OTHER_PIN)
    purse.refuses(NONE_LEFT, Instruction.CHANGE_PIN, WRONG + OTHER_PIN)
    purse.refuses(Status.PIN_BLOCKED, Instruction.CHANGE_PIN, PIN + OTHER_PIN)
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, PIN)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over=BAD_PINS)
def test_invalid_form(purse: PurseUnderTest, pin: bytes) -> None:
    """An old or new PIN of {} is refused with 6A80 and takes no try."""
    purse.refuses(Status.MALFORMED, Instruction.CHANGE_PIN, PIN + pin)
    purse.refuses(Status.MALFORMED, Instruction.CHANGE_PIN, pin + OTHER_PIN)
    purse.refuses(Status.MALFORMED, Instruction.CHANGE_PIN, WRONG + pin)
    purse.refuses(TWO_LEFT, Instruction.VERIFY, WRONG)
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "11", antenna=True)
def test_invalid_last_try_in_a_field(purse: PurseUnderTest) -> None:
    """A field never takes the last try: 6983, the right PIN too, and the PIN stays."""
    purse.contactless()
    purse.refuses(TWO_LEFT, Instruction.CHANGE_PIN, WRONG + OTHER_PIN)
    purse.refuses(ONE_LEFT, Instruction.CHANGE_PIN, WRONG + OTHER_PIN)
    purse.refuses(Status.PIN_BLOCKED, Instruction.CHANGE_PIN, WRONG + OTHER_PIN)
    purse.refuses(Status.PIN_BLOCKED, Instruction.CHANGE_PIN, PIN + OTHER_PIN)
    purse.contact()
    purse.verify_pin()
