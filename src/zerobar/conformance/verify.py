"""VERIFY: the PIN and its tries."""

from __future__ import annotations

from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.personalisation import BAD_PINS
from zerobar.conformance.session import PIN
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import StateFlags
from zerobar.purse.status import Status

_WRONG_PINS: Final = {
    "other digits": b"4321\xff\xff\xff\xff",
    "one digit more": b"12340\xff\xff\xff",
    "eight digits": b"12345678",
    "the last digit": b"1235\xff\xff\xff\xff",
    "the first digit": b"0234\xff\xff\xff\xff",
}
WRONG: Final = b"0000\xff\xff\xff\xff"
TWO_LEFT, ONE_LEFT, NONE_LEFT = 0x63C2, 0x63C1, 0x63C0


@case(
    "5 VERIFY, CHANGE PIN, RESET PIN, ARM",
    over={"by contact": False, "in a field": True},
    antenna=True,
)
def test_valid_pin(purse: PurseUnderTest, contactless: bool) -> None:
    """The right PIN is verified {}, as often as it is asked for."""
    purse.power_on(contactless=contactless)
    purse.select()
    purse.verify_pin()
    purse.verify_pin()
    purse.state()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over=_WRONG_PINS)
def test_invalid_pin(purse: PurseUnderTest, pin: bytes) -> None:
    """A wrong PIN ({}) takes a try: 63C2."""
    purse.refuses(TWO_LEFT, Instruction.VERIFY, pin)
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_until_blocked(purse: PurseUnderTest) -> None:
    """Three wrong PINs block it: 63C2, 63C1, 63C0, then 6983 for any, the right one too."""
    for status in (TWO_LEFT, ONE_LEFT, NONE_LEFT):
        purse.refuses(status, Instruction.VERIFY, WRONG)
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, WRONG)
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, PIN)
    same(purse.contact().status.flags, StateFlags.PIN_BLOCKED, "flags")
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, PIN)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_valid_right_pin_gives_the_tries_back(purse: PurseUnderTest) -> None:
    """The right PIN gives all tries back."""
    for _ in range(2):
        conditions.pin_tries_left(purse, 1)
        purse.verify_pin()
    purse.refuses(TWO_LEFT, Instruction.VERIFY, WRONG)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "7 The ring")
def test_invalid_tries_last_over_a_reset(purse: PurseUnderTest) -> None:
    """A reset gives no try back."""
    purse.refuses(TWO_LEFT, Instruction.VERIFY, WRONG)
    purse.contact()
    purse.refuses(ONE_LEFT, Instruction.VERIFY, WRONG)
    purse.contact()
    purse.refuses(NONE_LEFT, Instruction.VERIFY, WRONG)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "11", antenna=True)
def test_invalid_last_try_in_a_field(purse: PurseUnderTest) -> None:
    """A field never takes the last try: 63C2, 63C1, then 6983, the right PIN too."""
    purse.contactless()
    for status in (TWO_LEFT, ONE_LEFT, Status.PIN_BLOCKED, Status.PIN_BLOCKED):
        purse.refuses(status, Instruction.VERIFY, WRONG)
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, PIN)
    same(purse.contact().status.flags, 0, "flags")
    purse.verify_pin()
    purse.contactless()
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "11", antenna=True)
def test_invalid_last_try_by_contact(purse: PurseUnderTest) -> None:
    """The last try that a field has left is taken by contact: 63C0."""
    purse.contactless()
    purse.answers(TWO_LEFT, Instruction.VERIFY, WRONG)
    purse.answers(ONE_LEFT, Instruction.VERIFY, WRONG)
    purse.contact()
    purse.refuses(NONE_LEFT, Instruction.VERIFY, WRONG)
    purse.contactless()
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, PIN)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over=BAD_PINS)
def test_invalid_form(purse: PurseUnderTest, pin: bytes) -> None:
    """A PIN of {} is refused with 6A80 and takes no try."""
    purse.refuses(Status.MALFORMED, Instruction.VERIFY, pin)
    purse.refuses(TWO_LEFT, Instruction.VERIFY, WRONG)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6")
def test_invalid_wrong_pin_opens_nothing(purse: PurseUnderTest) -> None:
    """After a wrong PIN a large payment is refused with 9E03."""
    purse.fund(30_000)
    purse.answers(TWO_LEFT, Instruction.VERIFY, WRONG)
    order = bytes(purse.world.person.request(amount=30_000))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6")
def test_valid_blocked_pin_pays_on(purse: PurseUnderTest) -> None:
    """With a blocked PIN the purse still pays what needs none."""
    purse.fund(30_000)
    conditions.pin_tries_left(purse, 0)
    purse.pay(purse.world.person.request(amount=20_000))
    purse.state()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_form_comes_before_blocked(purse: PurseUnderTest) -> None:
    """6A80 is answered before 6983."""
    conditions.pin_tries_left(purse, 0)
    purse.refuses(Status.MALFORMED, Instruction.VERIFY, BAD_PINS["three digits"])
    purse.refuses(Status.MALFORMED, Instruction.CHANGE_PIN, PIN + BAD_PINS["a letter"])
