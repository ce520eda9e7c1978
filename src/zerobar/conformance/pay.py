"""PAY: a voucher for a request, once and for all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, Request
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.status import Status

_BOTH: Final = {"by contact": False, "in a field": True}


@case("5 PAY", "4 VOUCHER", over=_BOTH, antenna=True)
def test_valid_payment(purse: PurseUnderTest, contactless: bool) -> None:
    """A request is paid {}: the voucher repeats its terms, the balance falls, the chain grows."""
    purse.fund(1_000)
    purse.power_on(contactless=contactless)
    purse.select()
    purse.pay(purse.world.merchant.request(amount=1))
    purse.pay(purse.world.person.request(amount=999))
    purse.state()


@case(
    "5 PAY", "1 Two primitives", over={"PAYMENT": Kind.PAYMENT, "REFUND": Kind.REFUND}, antenna=True
)
def test_valid_kind(purse: PurseUnderTest, kind: Kind) -> None:
    """A request of kind {} is paid with a voucher of that kind."""
    purse.fund(100)
    purse.contactless()
    purse.pay(purse.world.person.request(kind))
    purse.state()


@case("5 PAY")
def test_valid_any_reference_tag_and_number(purse: PurseUnderTest) -> None:
    """Reference and tag are copied whatever they are, and any number from 1 on is paid."""
    purse.fund(300)
    person = purse.world.person
    purse.pay(person.request(reference=bytes(8), tag=bytes(4)))
    purse.pay(person.request(reference=b"\xff" * 8, tag=b"\xff" * 4, number=0xFFFFFFFF))
    purse.pay(person.request(number=0x80000000))
    purse.state()


@case("5 PAY", "6")
def test_valid_received_money(purse: PurseUnderTest) -> None:
    """Money just received is spent at once, to the last fen."""
    purse.fund(0)
    purse.earn(700)
    purse.pay(purse.world.person.request(amount=700))
    same(purse.state().balance, 0, "balance")


@case("5 PAY", "7 The ring")
def test_valid_chain_from_one_entry_to_the_next(purse: PurseUnderTest) -> None:
    """Each voucher names the chain before it, over entries of every kind."""
    purse.fund(500)
    person = purse.world.person
    undone = purse.pay(person.request())
    purse.undo(person.undoing(undone))
    purse.pay(person.request())
    purse.earn()
    conditions.void_a_load(purse)
    purse.pay(person.request())
    purse.state()


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "kind 0": {"kind": 0},
    "kind 3, a load": {"kind": Kind.LOAD},
    "kind 5, a push": {"kind": Kind.PUSH},
    "kind 7": {"kind": 7},
    "kind 255": {"kind": 255},
    "number 0": {"number": 0},
    "amount 0": {"amount": 0},
    "amount 80000000": {"amount": 0x80000000},
    "currency 840": {"currency": 840},
    "currency 0": {"currency": 0},
    "type 3": {"head": 0x31},
    "suite 0": {"head": 0x20},
    "suite 15": {"head": 0x2F},
}


@case("5 PAY", "4 REQUEST", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A request of {} is refused with 6A80, plain and signed."""
    purse.fund(1_000)
    merchant = purse.world.merchant
    request = merchant.request(**changes)
    purse.refuses(Status.MALFORMED, Instruction.PAY, bytes(request))
    purse.refuses(Status.MALFORMED, Instruction.PAY, merchant.sign_request(request))


@case("5 PAY")
def test_invalid_payee_is_the_payer(purse: PurseUnderTest) -> None:
    """A purse's own request is refused with 6A80, paid by that purse."""
    purse.fund(1_000)
    purse.refuses(Status.MALFORMED, Instruction.PAY, bytes(purse.prepare()))
    forged = purse.world.person.request(payee_id=purse.id)
    purse.refuses(Status.MALFORMED, Instruction.PAY, bytes(forged))


@case("5 PAY", "6")
def test_invalid_insufficient_balance(purse: PurseUnderTest) -> None:
    """One fen more than the balance is refused with 9E01, the balance itself is paid."""
    purse.fund(100)
    person = purse.world.person
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, bytes(person.request(amount=101)))
    purse.pay(person.request(amount=100))
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, bytes(person.request(amount=1)))


@case("5 PAY", "6")
def test_invalid_held_is_no_balance(purse: PurseUnderTest) -> None:
    """What is held cannot be paid to anyone but the operator."""
    purse.fund(0)
    purse.load(purse.limits.holding)
    purse.load(500)
    purse.verify_pin()
    purse.pay(purse.world.person.request(amount=purse.limits.per_payment))
    purse.verify_pin()
    purse.pay(purse.world.person.request(amount=purse.limits.per_payment))
    purse.sync()
    purse.refuses(
        Status.INSUFFICIENT_BALANCE, Instruction.PAY, bytes(purse.world.person.request(amount=1))
    )


@case("5 PAY", "10.6", antenna=True)
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same request again gives the same bytes: now, after a reset, in a field, by contact."""
    purse.fund(300)
    order = bytes(purse.world.person.request())
    purse.contactless()
    purse.pay(order)
    purse.repeats(Instruction.PAY, order)
    purse.contactless()
    purse.repeats(Instruction.PAY, order)
    purse.contact()
    purse.pay(purse.world.person.request())
    purse.repeats(Instruction.PAY, order)


@case("5 PAY", "10.6")
def test_valid_repeat_after_undo(purse: PurseUnderTest) -> None:
    """A payment that was undone is still answered with the same bytes, and pays nothing."""
    purse.fund(100)
    order = bytes(purse.world.person.request())
    voucher = purse.pay(order)
    purse.undo(purse.world.person.undoing(voucher))
    purse.repeats(Instruction.PAY, order)


@case("5 PAY", "10.6")
def test_valid_repeat_after_sync(purse: PurseUnderTest) -> None:
    """A payment that the operator has acknowledged is repeated while it is in the ring."""
    purse.fund(100)
    order = bytes(purse.world.person.request())
    purse.pay(order)
    purse.sync()
    purse.repeats(Instruction.PAY, order)


@case("5 PAY", "10.6")
def test_valid_repeat_in_the_other_form(purse: PurseUnderTest) -> None:
    """The plain and the signed form of one request are the same request, whatever the signature."""
    purse.fund(200)
    merchant = purse.world.merchant
    request = merchant.request()
    purse.pay(request)
    purse.repeats(Instruction.PAY, merchant.sign_request(request))
    forged = merchant.certified(by=purse.world.stranger).sign_request(request)
    purse.repeats(Instruction.PAY, patched(forged, 32, bytes(64)))
    other = merchant.request()
    purse.pay(merchant.sign_request(other))
    purse.repeats(Instruction.PAY, bytes(other))


_OTHER_CONTENT: Final[dict[str, dict[str, Any]]] = {
    "amount": {"amount": Fen(101)},
    "kind": {"kind": Kind.REFUND},
    "kind UNLOAD": {"kind": Kind.UNLOAD},
    "tag": {"tag": b"gat."},
    "reference": {"reference": b"order 02"},
    "amount too large": {"amount": MAX_AMOUNT},
}


@case("5 PAY", over=_OTHER_CONTENT)
def test_invalid_other_content(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A request of the same payee and number with another {} is refused with 9E0A."""
    purse.fund(1_000)
    request = purse.world.person.request()
    purse.pay(request)
    other = bytes(replace(request, **changes))
    purse.refuses(Status.OTHER_CONTENT, Instruction.PAY, other)
    purse.repeats(Instruction.PAY, bytes(request))


@case("5 PAY")
def test_valid_equal_numbers_of_two_payees(purse: PurseUnderTest) -> None:
    """Requests of different payees with equal numbers are different requests."""
    purse.fund(200)
    request = purse.world.person.request()
    purse.pay(request)
    purse.pay(replace(request, payee_id=purse.world.merchant.id))
    purse.state()


@case("5 PAY", "7 The ring", antenna=True)
def test_valid_pin_serves_one_payment(purse: PurseUnderTest) -> None:
    """A verified PIN serves one new payment, on either interface."""
    purse.fund(60_002)
    for contactless in (False, True):
        purse.power_on(contactless=contactless)
        purse.select()
        purse.verify_pin()
        purse.pay(_large(purse))
        purse.refuses(Status.PIN_NEEDED, Instruction.PAY, bytes(_large(purse)))


@case("5 PAY", "7 The ring")
def test_valid_pin_is_served_by_a_small_payment_too(purse: PurseUnderTest) -> None:
    """A payment that needed no PIN uses up a verified one all the same."""
    purse.fund(60_000)
    purse.verify_pin()
    purse.pay(purse.world.person.request(amount=1))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, bytes(_large(purse)))


@case("5 PAY", "7 The ring")
def test_valid_repeat_leaves_the_pin(purse: PurseUnderTest) -> None:
    """Neither a repeat nor a refused payment uses up a verified PIN."""
    purse.fund(60_000)
    order = bytes(purse.world.person.request())
    purse.pay(order)
    purse.verify_pin()
    purse.repeats(Instruction.PAY, order)
    over = purse.world.person.request(amount=purse.limits.per_payment + 1)
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, bytes(over))
    purse.pay(_large(purse))


@case("5 PAY", "7 The ring", antenna=True)
def test_invalid_pin_of_another_session(purse: PurseUnderTest) -> None:
    """A PIN verified before a reset or on the other interface serves nothing."""
    purse.fund(30_000)
    order = bytes(_large(purse))
    purse.verify_pin()
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)
    purse.verify_pin()
    purse.contact()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)


@case("5 PAY", "4 VOUCHER")
def test_valid_signatures_are_the_purse_s(purse: PurseUnderTest) -> None:
    """Two vouchers have different signatures, both by the key in the certificate."""
    purse.fund(200)
    first, second = (purse.pay(purse.world.person.request()) for _ in range(2))
    if first.signature == second.signature:
        raise Nonconformity("two vouchers have one signature")


def _large(purse: PurseUnderTest) -> Request:
    """Return a request that needs the PIN."""
    return purse.world.person.request(amount=purse.limits.without_pin + 1)
