"""RESET PIN: the operator sets a new PIN."""

from __future__ import annotations

from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.personalisation import BAD_PINS
from zerobar.conformance.session import OTHER_PIN, PIN
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.conformance.verify import TWO_LEFT, WRONG
from zerobar.conformance.world import (
    CA_NUMBER,
    OPERATOR_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status


@case(
    "5 VERIFY, CHANGE PIN, RESET PIN, ARM",
    over={"by contact": False, "in a field": True},
    antenna=True,
)
def test_valid_blocked_pin(purse: PurseUnderTest, contactless: bool) -> None:
    """A blocked PIN is replaced {}, with three tries."""
    conditions.pin_tries_left(purse, 0)
    purse.power_on(contactless=contactless)
    purse.select()
    purse.ok(Instruction.RESET_PIN, purse.unblock(new_pin=OTHER_PIN))
    same(purse.contact().status.flags, 0, "flags")
    purse.refuses(TWO_LEFT, Instruction.VERIFY, PIN)
    purse.verify_pin()
    purse.state()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_valid_pin_that_is_not_blocked(purse: PurseUnderTest) -> None:
    """A PIN that was forgotten is replaced before it is blocked."""
    conditions.pin_tries_left(purse, 1)
    purse.ok(Instruction.RESET_PIN, purse.unblock(new_pin=b"00000000"))
    purse.refuses(TWO_LEFT, Instruction.VERIFY, PIN)
    purse.verify_pin()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_valid_resets_no_session(purse: PurseUnderTest) -> None:
    """A new PIN is not verified by being set."""
    purse.fund(30_000)
    purse.ok(Instruction.RESET_PIN, purse.unblock(new_pin=OTHER_PIN))
    order = bytes(purse.world.person.request(amount=30_000))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("4 UNBLOCK", "11")
def test_invalid_replay(purse: PurseUnderTest) -> None:
    """An UNBLOCK works once: again it is refused with 9E0C, after a reset too."""
    unblock = purse.unblock(new_pin=OTHER_PIN)
    purse.ok(Instruction.RESET_PIN, unblock)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, unblock)
    purse.contact()
    conditions.pin_tries_left(purse, 0)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, unblock)
    purse.refuses(Status.PIN_BLOCKED, Instruction.VERIFY, OTHER_PIN)


@case("4 UNBLOCK")
def test_valid_counter_may_jump(purse: PurseUnderTest) -> None:
    """The counter may jump; from then on nothing below it is taken."""
    counter = purse.unblock_counter + 10
    purse.ok(Instruction.RESET_PIN, purse.unblock(counter=counter))
    for early in (counter, counter - 1, 0):
        purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, purse.unblock(counter=early))
    purse.ok(Instruction.RESET_PIN, purse.unblock(counter=counter + 1))


@case("4 UNBLOCK", own_card=True)
def test_invalid_counter_0(purse: PurseUnderTest) -> None:
    """Counter 0 is not above what a new purse has used: 9E0C; 1 is, and the highest works."""
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, purse.unblock(counter=0))
    purse.ok(Instruction.RESET_PIN, purse.unblock(counter=1))
    purse.ok(Instruction.RESET_PIN, purse.unblock(counter=0xFFFF))
    last = purse.unblock(counter=0xFFFF, new_pin=OTHER_PIN)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, last)


@case("4 UNBLOCK", "11")
def test_invalid_purse(purse: PurseUnderTest) -> None:
    """An UNBLOCK for another purse is refused with 9E0C, whoever signed it."""
    for signer in (purse.world.sync, purse.world.stranger):
        unblock = purse.unblock(by=signer, id=purse.world.person.id)
        purse.refuses(Status.REQUEST_NOT_MINE, Instruction.RESET_PIN, unblock)


_OTHER_KEYS: Final = {
    "root": ("root", ROOT_NUMBER),
    "CA": ("certification authority", CA_NUMBER),
    "operator purse": ("operator purse", OPERATOR_NUMBER),
    "sync, under an unknown number": ("sync", UNKNOWN_NUMBER),
    "stranger's": ("stranger", SYNC_NUMBER),
}


@case("4 UNBLOCK", "11", over=_OTHER_KEYS)
def test_invalid_key(purse: PurseUnderTest, key: tuple[str, int]) -> None:
    """An UNBLOCK by the {} key is refused with 9E0E, and the PIN stays."""
    unblock = purse.unblock(by=purse.world.signer(key[0]), key_number=key[1], new_pin=OTHER_PIN)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.RESET_PIN, unblock)
    purse.verify_pin()


@case("4 UNBLOCK", over=BAD_PINS)
def test_invalid_new_pin(purse: PurseUnderTest, pin: bytes) -> None:
    """An UNBLOCK to a PIN of {} is refused with 6A80; its counter is still good."""
    purse.refuses(Status.MALFORMED, Instruction.RESET_PIN, purse.unblock(new_pin=pin))
    purse.answers(TWO_LEFT, Instruction.VERIFY, WRONG)
    purse.ok(Instruction.RESET_PIN, purse.unblock())


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "type 9": {"head": 0x91},
    "type B": {"head": 0xB1},
    "suite 15": {"head": 0xAF},
}


@case("4 UNBLOCK", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """An UNBLOCK of {} is refused with 6A80."""
    purse.refuses(Status.MALFORMED, Instruction.RESET_PIN, purse.unblock(**changes))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_signature_comes_before_counter(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E0C for a counter used already."""
    purse.ok(Instruction.RESET_PIN, purse.unblock())
    forged = purse.unblock(by=purse.world.stranger, counter=purse.unblock_counter)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.RESET_PIN, forged)


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_form_comes_before_purse(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0C."""
    unblock = purse.unblock(id=purse.world.person.id, new_pin=BAD_PINS["three digits"])
    purse.refuses(Status.MALFORMED, Instruction.RESET_PIN, unblock)
