"""PREPARE: requests, their numbers and tags, and what is refused early."""

from __future__ import annotations

from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import Make, PurseUnderTest, terms
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.money import MAX_AMOUNT
from zerobar.purse.status import Status

_KINDS: Final = {kind.name: kind for kind in (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)}
_MOST_CONTACTLESS: Final = 32


@case("5 PREPARE", "4 REQUEST", over=_KINDS, antenna=True)
def test_valid_request(purse: PurseUnderTest, kind: Kind) -> None:
    """A request of kind {} has the terms asked for and the next number."""
    purse.prepare(kind, 1, b"\x00" * 8)
    purse.prepare(kind, 12_345, b"\xff" * 8)
    purse.contactless()
    purse.prepare(kind, 100)
    purse.state()


@case("5 PREPARE", "4 REQUEST", over=_KINDS)
def test_valid_signed_request(purse: PurseUnderTest, kind: Kind) -> None:
    """A signed request of kind {} is a request and the purse's signature over it."""
    purse.ok(Instruction.PREPARE, terms(kind), p1=1)
    purse.state()


@case("5 PREPARE", "4 REQUEST", antenna=True)
def test_valid_signed_request_in_a_field(purse: PurseUnderTest) -> None:
    """A request is signed in a field too, without PIN."""
    purse.contactless()
    purse.ok(Instruction.PREPARE, terms(), p1=1)
    purse.state()


@case("5 PREPARE", "4 REQUEST")
def test_valid_tags_differ(purse: PurseUnderTest) -> None:
    """Requests of equal terms have different numbers and different tags."""
    tags = {purse.prepare().tag for _ in range(8)}
    same(len(tags), 8, "different tags")


@case("5 PREPARE", "4 REQUEST", make=None)
def test_valid_internal_key_is_new(purse: PurseUnderTest) -> None:
    """The tag is not a hash of what everybody knows."""
    purse.personalise(Make())
    request = purse.prepare()
    known = bytes(request)[1:20] + request.reference
    for key in (b"", bytes(32), purse.public_key[:32], purse.public_key):
        if purse.world.hash(key + known)[:4] == request.tag:
            raise Nonconformity("the tag of a request can be forged")


@case("5 PREPARE")
def test_valid_number_lasts(purse: PurseUnderTest) -> None:
    """A request's number is never given again, not even after a reset."""
    first = purse.prepare()
    purse.contact()
    same(purse.prepare().number, first.number + 1, "number of the next request")
    purse.state()


@case("5 PREPARE", "7 The ring", "6")
def test_valid_blocked_and_expired(purse: PurseUnderTest) -> None:
    """A blocked and expired purse still prepares, and is paid."""
    conditions.blocked(purse)
    conditions.expired(purse)
    purse.earn()
    purse.state()


_MALFORMED: Final = {
    "kind 0": terms(0),
    "kind 4": terms(Kind.UNLOAD),
    "kind 5": terms(Kind.PUSH),
    "kind 6": terms(Kind.AUTHORISE),
    "kind 7": terms(7),
    "kind 255": terms(255),
    "amount 0": terms(amount=0),
    "amount 80000000": terms(amount=0x80000000),
    "amount FFFFFFFF": terms(amount=0xFFFFFFFF),
    "currency 840": terms(currency=840),
    "currency 0": terms(currency=0),
}


@case("5 PREPARE", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, data: bytes) -> None:
    """PREPARE of {} is refused with 6A80, plain and signed."""
    purse.refuses(Status.MALFORMED, Instruction.PREPARE, data)
    purse.refuses(Status.MALFORMED, Instruction.PREPARE, data, p1=1)


@case("5 PREPARE", "6")
def test_invalid_more_value_than_may_come_in(purse: PurseUnderTest) -> None:
    """A request for more than the value-in limit leaves is refused with 9E06, one fen less not."""
    limit = purse.limits.value_in
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(amount=limit + 1))
    purse.earn(1_000)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(amount=limit - 999))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(2, limit - 999), p1=1)
    purse.prepare(Kind.REFUND, limit - 1_000)


@case("5 PREPARE", "7 The ring")
def test_invalid_more_than_a_purse_holds(purse: PurseUnderTest) -> None:
    """A load that brings balance and held over 7FFFFFFF is refused with 9E06."""
    purse.fund(1)
    largest = terms(Kind.LOAD, MAX_AMOUNT)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, largest)
    purse.prepare(Kind.LOAD, MAX_AMOUNT - 1)


@case("5 PREPARE", "6")
def test_valid_load_above_value_in(purse: PurseUnderTest) -> None:
    """A load is not held to the value-in limit."""
    conditions.value_in_used_up(purse)
    purse.prepare(Kind.LOAD, purse.limits.value_in + 1)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(amount=1))


@case("5 PREPARE", "6")
def test_invalid_blocklist_too_old(purse: PurseUnderTest) -> None:
    """After as many payments as the blocklist may be old, every request is refused with 9E10."""
    conditions.blocklist_too_old(purse)
    for kind in _KINDS.values():
        purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, terms(kind))
    purse.blocklist()
    purse.prepare()


@case("5 PREPARE", "7 The ring")
def test_invalid_log_full(purse: PurseUnderTest) -> None:
    """With two free slots every request is refused with 9E09, with three none."""
    conditions.log_full(purse, free=3)
    purse.prepare()
    conditions.void_a_load(purse)
    for kind in _KINDS.values():
        purse.refuses(Status.LOG_FULL, Instruction.PREPARE, terms(kind))


@case("5 PREPARE", "11", antenna=True)
def test_invalid_too_many_in_fields(purse: PurseUnderTest) -> None:
    """The 33rd request in fields without PIN is refused with 9E13, over any number of fields."""
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())
    purse.contactless()
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms(), p1=1)


@case("5 PREPARE", antenna=True)
def test_valid_many_in_fields_with_pin(purse: PurseUnderTest) -> None:
    """With a verified PIN requests are prepared in fields beyond the 32nd."""
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.contactless()
    purse.verify_pin()
    purse.prepare()
    purse.state()


@case("5 PREPARE", antenna=True)
def test_valid_contact_session_starts_the_count_again(purse: PurseUnderTest) -> None:
    """A session by contact lets the purse prepare another 32 requests in fields."""
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.contact()
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())


@case("5 PREPARE", antenna=True)
def test_valid_accept_starts_the_count_again(purse: PurseUnderTest) -> None:
    """An ACCEPT in a field lets the purse prepare another 32 requests in fields."""
    purse.contactless()
    request = purse.prepare()
    _prepare_in_fields(purse, _MOST_CONTACTLESS - 1)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())
    purse.accept(purse.world.person.payment(request))
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())


@case("5 PREPARE")
def test_valid_many_by_contact(purse: PurseUnderTest) -> None:
    """By contact there is no such limit, and the window slides on."""
    for _ in range(_MOST_CONTACTLESS + 40):
        purse.prepare()
    purse.state()


@case("5 PREPARE", antenna=True)
def test_valid_requests_of_the_holder_are_not_counted(purse: PurseUnderTest) -> None:
    """Requests prepared in a field with PIN, or by contact, count to none of the 32."""
    purse.prepare()
    purse.contactless()
    purse.verify_pin()
    for _ in range(3):
        purse.prepare()
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())


@case("5 PREPARE", antenna=True)
def test_invalid_form_comes_before_count(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E13."""
    _prepare_in_fields(purse, _MOST_CONTACTLESS)
    purse.refuses(Status.MALFORMED, Instruction.PREPARE, terms(amount=0))


@case("5 PREPARE", antenna=True)
def test_invalid_count_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E13 is answered before 9E09."""
    conditions.log_full(purse, free=3)
    purse.contactless()
    request = purse.prepare(Kind.LOAD, 1)
    _prepare_in_fields(purse, _MOST_CONTACTLESS - 1)
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())
    purse.verify_pin()
    purse.void(purse.world.bank.payment(request))
    purse.select()
    purse.refuses(Status.TOO_MANY_REQUESTS, Instruction.PREPARE, terms())


@case("5 PREPARE")
def test_invalid_log_full_comes_before_blocklist_age(purse: PurseUnderTest) -> None:
    """9E09 is answered before 9E10."""
    conditions.blocklist_too_old_and_log_full(purse)
    purse.refuses(Status.LOG_FULL, Instruction.PREPARE, terms())
    purse.sync()
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, terms())


@case("5 PREPARE")
def test_invalid_blocklist_age_comes_before_value_in(purse: PurseUnderTest) -> None:
    """9E10 is answered before 9E06."""
    conditions.blocklist_too_old(purse)
    over = terms(amount=purse.limits.value_in + 1)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, over)
    purse.blocklist()
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, over)


@case("5 PREPARE")
def test_invalid_log_full_comes_before_value_in(purse: PurseUnderTest) -> None:
    """9E09 is answered before 9E06."""
    conditions.log_full(purse)
    over = terms(amount=purse.limits.value_in + 1)
    purse.refuses(Status.LOG_FULL, Instruction.PREPARE, over)


def _prepare_in_fields(purse: PurseUnderTest, count: int) -> None:
    """Prepare requests in two fields, so that a reset between them must not matter."""
    purse.contactless()
    for number in range(count):
        if number == count // 2:
            purse.contactless()
        purse.prepare()
