"""STATE: the purse's signed account of itself."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.conformance.world import (
    CA_NUMBER,
    OPERATOR_NUMBER,
    ROOT_NUMBER,
    SYNC_NUMBER,
    UNKNOWN_NUMBER,
    TestSigner,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import StateFlags
from zerobar.purse.status import Status


def _query(purse: PurseUnderTest, by: TestSigner, number: int, about: bytes = b"") -> bytes:
    nonce = purse.nonce()
    return nonce + bytes((number,)) + by.sign(nonce + (about or purse.id))


@case("5 STATE and READ LOG", "4 STATE")
def test_valid_by_contact(purse: PurseUnderTest) -> None:
    """By contact anyone gets the STATE, over a nonce of the asker's."""
    for nonce in (bytes(8), b"\xff" * 8, b"nonce001"):
        purse.ok(Instruction.STATE, nonce)


@case("5 STATE and READ LOG", antenna=True)
def test_valid_with_pin(purse: PurseUnderTest) -> None:
    """In a field the STATE is given once the PIN is verified."""
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.STATE, bytes(8))
    purse.verify_pin()
    purse.ok(Instruction.STATE, bytes(8))


@case("5 STATE and READ LOG", over={"by contact": False, "in a field": True}, antenna=True)
def test_valid_asked_by_the_operator(purse: PurseUnderTest, contactless: bool) -> None:
    """The operator gets the STATE {} without PIN, by signing nonce and id."""
    purse.power_on(contactless=contactless)
    purse.select()
    purse.ok(Instruction.STATE, _query(purse, purse.world.sync, SYNC_NUMBER))


@case("5 STATE and READ LOG", "4 STATE")
def test_valid_fields_follow_every_command(purse: PurseUnderTest) -> None:
    """Entry, base, number, window, balance, held, totals and chain follow what happens."""
    purse.fund(purse.limits.holding)
    person = purse.world.person
    purse.earn(50)
    purse.state()
    voucher = purse.pay(person.request(amount=30))
    purse.state()
    purse.prepare()
    conditions.void_a_load(purse)
    purse.state()
    purse.undo(person.undoing(voucher))
    purse.state()
    purse.sync(entry=voucher.entry)
    purse.state()
    purse.sync()
    purse.state()


@case("4 STATE")
def test_valid_window(purse: PurseUnderTest) -> None:
    """Window bit i is set for request number - i, credited or voided, and only for those."""
    requests = [purse.prepare(amount=1) for _ in range(9)]
    person = purse.world.person
    purse.accept(person.payment(requests[0]))
    purse.void(person.payment(requests[3]))
    purse.accept(person.payment(requests[8]))
    same(purse.state().window & 0x1FF, 0b100100001, "window")
    purse.prepare()
    same(purse.state().window & 0x3FF, 0b1001000010, "window after another request")


@case("4 STATE")
def test_valid_flags(purse: PurseUnderTest) -> None:
    """Flag bit 0 is set while the purse is blocked, bit 1 while its PIN is."""
    conditions.blocked(purse)
    same(purse.state().flags, StateFlags.BLOCKED, "flags")
    conditions.pin_tries_left(purse, 0)
    same(purse.state().flags, StateFlags.BLOCKED | StateFlags.PIN_BLOCKED, "flags")
    purse.sync()
    same(purse.state().flags, StateFlags.PIN_BLOCKED, "flags")


@case("5 STATE and READ LOG")
def test_valid_asking_changes_nothing(purse: PurseUnderTest) -> None:
    """Asking again, by another nonce, gives the same state."""
    first, second = purse.state(), purse.state()
    same(bytes(first)[10:68], bytes(second)[10:68], "fields but the nonce")


@case("4 STATE", "11")
def test_valid_half_of_the_nonce_is_the_purse_s(purse: PurseUnderTest) -> None:
    """Asked twice with one nonce, the purse makes two of it: no old answer fits a new STATE."""
    first = purse.ok(Instruction.STATE, bytes(8))
    ack = purse.ack()
    second = purse.ok(Instruction.STATE, bytes(8))
    same(first[2:6] + second[2:6], bytes(8), "first halves of the nonces")
    if first[6:10] == second[6:10]:
        raise Nonconformity("the purse gave one nonce twice")
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.SYNC_ACK, ack)
    purse.ok(Instruction.SYNC_ACK, purse.ack())


@case("5 STATE and READ LOG", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field without PIN the STATE is refused with 9E03."""
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.STATE, bytes(8))


_OTHER_KEYS = {
    "root": ("root", ROOT_NUMBER),
    "CA": ("certification authority", CA_NUMBER),
    "operator purse": ("operator purse", OPERATOR_NUMBER),
    "sync, under an unknown number": ("sync", UNKNOWN_NUMBER),
    "sync, under the root's number": ("sync", ROOT_NUMBER),
    "stranger's": ("stranger", SYNC_NUMBER),
}


@case("5 STATE and READ LOG", over=_OTHER_KEYS)
def test_invalid_asked_with_another_key(purse: PurseUnderTest, key: tuple[str, int]) -> None:
    """A signed question by the {} key is refused with 9E0E, by contact too."""
    query = _query(purse, purse.world.signer(key[0]), key[1])
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.STATE, query)


@case("5 STATE and READ LOG", "11", antenna=True)
def test_invalid_question_to_another_purse(purse: PurseUnderTest) -> None:
    """A question signed for another purse, or over another nonce, is refused with 9E0E."""
    sync = purse.world.sync
    for_other = _query(purse, sync, SYNC_NUMBER, purse.world.person.id)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.STATE, for_other)
    purse.contactless()
    query = _query(purse, sync, SYNC_NUMBER)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.STATE, bytes(8) + query[8:])
    unsigned = query[:9] + bytes(64)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.STATE, unsigned)
