"""SELECT: who is there, and what a session begins with."""

from __future__ import annotations

from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import Make, PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import AID, Instruction, command
from zerobar.purse.messages import PurseClass, StateFlags
from zerobar.purse.status import Status

_OTHER_AIDS: Final = {
    "one byte different": AID[:-1] + b"\x02",
    "cut short": AID[:-1],
    "continued": AID + b"\x00",
    "a payment scheme's": bytes.fromhex("325041592E5359532E4444463031"),
    "an identity card's": bytes.fromhex("D2760000850101"),
}


@case(
    "5 Sessions, and SELECT",
    over={c.name.lower(): Make(c) for c in list(PurseClass)[:3]},
    own_card=True,
    make=None,
)
def test_valid_answer(purse: PurseUnderTest, make: Make) -> None:
    """SELECT by contact tells version, class, free slots and certificate of a purse: {}."""
    purse.personalise(make)
    told = purse.contact()
    same(told.status.purse_class, make.purse_class, "class")
    same((told.status.flags, told.status.number, told.status.epoch), (0, 0, 0), "fresh status")
    same(told.certificate, purse.certificate, "certificate")


@case("5 Sessions, and SELECT", make=None)
def test_valid_blank_card(purse: PurseUnderTest) -> None:
    """A card in factory state answers SELECT with flag bit 7 and without a certificate."""
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    purse.ok(Instruction.PUT_KEY, bytes((2, 2)) + purse.world.ca.public_key)
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(purse.own_first_certificate()))
    same(purse.contact().status.flags, StateFlags.FACTORY, "flags")


@case("5 Sessions, and SELECT", "11", antenna=True)
def test_valid_nothing_to_track_in_a_field(purse: PurseUnderTest) -> None:
    """In a field SELECT tells neither certificate nor request number nor epoch."""
    purse.blocklist()
    before = purse.contactless()
    purse.prepare()
    after = purse.contactless()
    same(bytes(after), bytes(before), "answer to SELECT")
    same((after.certificate, after.status.number, after.status.epoch), (None, 0, 0), "identity")


@case("5 Sessions, and SELECT")
def test_valid_number_epoch_and_free_slots(purse: PurseUnderTest) -> None:
    """By contact SELECT tells the request number, the epoch and the free slots as they are."""
    before = purse.contact().status
    purse.load(1)
    purse.blocklist()
    after = purse.contact().status
    same((after.number, after.epoch), (before.number + 1, before.epoch + 1), "number and epoch")
    purse.sync()
    same(purse.select().status.free_slots, before.free_slots, "free slots once acknowledged")


@case("5 Sessions, and SELECT", antenna=True)
def test_valid_flags(purse: PurseUnderTest) -> None:
    """SELECT tells a blocked purse by bit 0 and a blocked PIN by bit 1, on both interfaces."""
    conditions.blocked(purse)
    same(purse.contact().status.flags, StateFlags.BLOCKED, "flags of a blocked purse")
    conditions.pin_tries_left(purse, 0)
    both = StateFlags.BLOCKED | StateFlags.PIN_BLOCKED
    same(purse.contact().status.flags, both, "flags")
    same(purse.contactless().status.flags, both, "flags in a field")


@case("5 Sessions, and SELECT", over=_OTHER_AIDS)
def test_invalid_other_application(purse: PurseUnderTest, aid: bytes) -> None:
    """SELECT of another application ({}) is refused with 6A82; the purse stays selected."""
    purse.state()
    purse.refuses(Status.NOT_FOUND, Instruction.SELECT, aid, p1=4)


@case("5 Sessions, and SELECT")
def test_invalid_other_application_selects_nothing(purse: PurseUnderTest) -> None:
    """A refused SELECT does not select the purse either."""
    purse.power_on()
    purse.answers(Status.NOT_FOUND, Instruction.SELECT, AID[:-1] + b"\x02", p1=4)
    purse.answers(Status.NOTHING_SELECTED, Instruction.STATE, bytes(8))


@case("5 Sessions, and SELECT", "7 The ring")
def test_valid_select_begins_a_session(purse: PurseUnderTest) -> None:
    """SELECT ends the session: a verified PIN, the nonce of the STATE, the right to the log."""
    purse.fund(30_000)
    purse.verify_pin()
    purse.state()
    purse.select()
    order = bytes(purse.world.person.request(amount=30_000))
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.SYNC_ACK, purse.ack())
    entry = purse.mirror.entry.to_bytes(4)
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.READ_LOG, entry)
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("5 Sessions, and SELECT")
def test_valid_select_twice(purse: PurseUnderTest) -> None:
    """SELECT again gives the same answer and changes nothing."""
    same(bytes(purse.select()), bytes(purse.select()), "answer to SELECT")
    purse.state()


@case("5 Sessions, and SELECT", any_apdu=True)
def test_valid_without_expected_length(purse: PurseUnderTest) -> None:
    """SELECT without Le gives the same answer."""
    apdu = command(Instruction.SELECT, AID, p1=4)
    same(purse.exchange(apdu[:-1]), purse.exchange(apdu), "answer to SELECT")
