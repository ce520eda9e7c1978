"""ACCEPT: a voucher becomes balance, at most once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, ReceiptStatus, Voucher
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.status import Status

_KINDS: Final = {"PAYMENT": Kind.PAYMENT, "REFUND": Kind.REFUND}
_BOTH: Final = {"by contact": False, "in a field": True}
_WINDOW: Final = 64


@case("5 ACCEPT", over=_KINDS)
def test_valid_credit(purse: PurseUnderTest, kind: Kind) -> None:
    """A {} for a request of the purse's is credited; the receipt repeats its terms."""
    purse.fund(0)
    purse.earn(12_345, kind)
    same(purse.state().balance, 12_345, "balance")


@case("5 ACCEPT", over=_BOTH, antenna=True)
def test_valid_on_both_interfaces(purse: PurseUnderTest, contactless: bool) -> None:
    """A payment and a load are credited {} without PIN."""
    purse.fund(0)
    purse.power_on(contactless=contactless)
    purse.select()
    purse.earn(100)
    purse.load(200)
    same(purse.state().balance, 300, "balance")


@case("5 ACCEPT", "10.6")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same voucher again gives the same receipt and changes nothing: now and after a reset."""
    payment = purse.earn()
    purse.repeats(Instruction.ACCEPT, payment)
    purse.contact()
    purse.repeats(Instruction.ACCEPT, payment)
    purse.earn()
    purse.repeats(Instruction.ACCEPT, payment)


@case("5 ACCEPT", "10.6", antenna=True)
def test_valid_repeat_in_a_field(purse: PurseUnderTest) -> None:
    """A voucher credited by contact gives the same receipt in a field."""
    payment = purse.earn()
    purse.contactless()
    purse.repeats(Instruction.ACCEPT, payment)


@case("5 ACCEPT", "10.6")
def test_valid_repeat_after_sync(purse: PurseUnderTest) -> None:
    """A credit that the operator has acknowledged is repeated while it is in the ring."""
    payment = purse.earn()
    purse.sync()
    purse.repeats(Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_valid_repeat_with_another_certificate(purse: PurseUnderTest) -> None:
    """A repeat is answered before its certificate is looked at."""
    payment = purse.earn()
    purse.repeats(Instruction.ACCEPT, payment[:116] + bytes(8))
    purse.repeats(Instruction.ACCEPT, payment[:116] + bytes(137))
    purse.repeats(Instruction.ACCEPT, payment[:116] + bytes(purse.world.merchant.certificate))


@case("5 ACCEPT", "4 VOUCHER", "11")
def test_valid_repeat_with_another_signature(purse: PurseUnderTest) -> None:
    """The same body under the signature's other s, or under none, is no second credit."""
    payment = purse.earn()
    body, signature, certificate = payment[:52], payment[52:116], payment[116:]
    other = purse.world.other_s(signature)
    purse.repeats(Instruction.ACCEPT, body + other + certificate)
    purse.repeats(Instruction.ACCEPT, body + bytes(64) + certificate)


@case("5 ACCEPT", "7 The ring")
def test_valid_receipt_remembers_held(purse: PurseUnderTest) -> None:
    """A credit partly to held says so in its receipt, and again when it is repeated."""
    purse.fund(purse.limits.holding - 40)
    payment = purse.world.person.payment(purse.prepare(amount=100))
    same(purse.accept(payment).status, ReceiptStatus.CREDITED_PARTLY_TO_HELD, "status")
    purse.unload(purse.limits.holding)
    purse.repeats(Instruction.ACCEPT, payment)


@case("7 The ring", "6", over={"0": 0, "1": 1, "100": 100})
def test_valid_holding_limit(purse: PurseUnderTest, over: int) -> None:
    """Of a load that goes {} fen over the holding limit, that much is held."""
    purse.fund(purse.limits.holding - 500)
    purse.load(500 + over)
    state = purse.state()
    same((state.balance, state.held), (purse.limits.holding, over), "balance and held")


@case("7 The ring", "6", "10.5")
def test_valid_all_to_held(purse: PurseUnderTest) -> None:
    """At the holding limit a payment is still credited, to held."""
    purse.fund(purse.limits.holding)
    purse.earn(700)
    state = purse.state()
    same((state.balance, state.held), (purse.limits.holding, 700), "balance and held")


@case("5 ACCEPT", "1 Two primitives")
def test_valid_requests_in_any_order(purse: PurseUnderTest) -> None:
    """Requests are credited in any order."""
    requests = [purse.prepare(amount=100 + i) for i in range(5)]
    for i in (3, 0, 4, 2, 1):
        purse.accept(purse.world.person.payment(requests[i]))
    same(purse.state().window & 0b11111, 0b11111, "window")


@case("5 ACCEPT", "4 STATE")
def test_valid_edge_of_the_window(purse: PurseUnderTest) -> None:
    """A request 63 numbers back is still credited."""
    request = purse.prepare()
    for _ in range(_WINDOW - 1):
        purse.prepare()
    payment = purse.world.person.payment(request)
    purse.accept(payment)
    same(purse.state().window, 1 << 63, "window")
    purse.repeats(Instruction.ACCEPT, payment)


@case("5 ACCEPT", "4 STATE")
def test_invalid_outside_the_window(purse: PurseUnderTest) -> None:
    """A request 64 numbers back is refused with 9E0C, credited before or not."""
    credited, request = purse.earn(), purse.prepare()
    for _ in range(_WINDOW):
        purse.prepare()
    late = purse.world.person.payment(request)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, late)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, credited)


@case("5 ACCEPT", over={"UNLOAD": Kind.UNLOAD, "PUSH": Kind.PUSH, "AUTHORISE": Kind.AUTHORISE})
def test_invalid_kind(purse: PurseUnderTest, kind: Kind) -> None:
    """A voucher of kind {} is refused with 6A80: nobody but an operator takes it."""
    payment = purse.world.person.payment(purse.prepare(), kind=kind)
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, payment)
    by_bank = purse.world.bank.payment(purse.prepare(), kind=kind)
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, by_bank)


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "kind 0": {"kind": 0},
    "kind 7": {"kind": 7},
    "amount 0": {"amount": 0},
    "amount 80000000": {"amount": 0x80000000},
    "number 0": {"number": 0},
    "currency 840": {"currency": 840},
    "type 2": {"head": 0x21},
    "type 4": {"head": 0x41},
    "suite 0": {"head": 0x30},
    "suite 15": {"head": 0x3F},
}


@case("5 ACCEPT", "4 VOUCHER", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher of {} is refused with 6A80, with certificate or hash."""
    request = purse.prepare()
    person = purse.world.person
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, person.payment(request, **changes))
    short = person.short_payment(request, **changes)
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, short)


_OTHER_TERMS: Final[dict[str, dict[str, Any]]] = {
    "amount": {"amount": Fen(101)},
    "smaller amount": {"amount": Fen(99)},
    "largest amount": {"amount": MAX_AMOUNT},
    "kind REFUND": {"kind": Kind.REFUND},
    "kind LOAD": {"kind": Kind.LOAD},
    "reference": {"reference": b"order 02"},
    "tag": {"tag": b"gat."},
    "tag of zeros": {"tag": bytes(4)},
    "payee": {"payee_id": b"another "},
}


@case("5 ACCEPT", "4 REQUEST", "10.3", over=_OTHER_TERMS)
def test_invalid_not_what_was_asked_for(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher with another {} than was asked for is refused with 9E0C, whoever signed it."""
    request = purse.prepare()
    for payer in (purse.world.person, purse.world.bank):
        payment = payer.payment(request, **changes)
        purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)
    purse.accept(purse.world.person.payment(request))


@case("5 ACCEPT", "11", over={"next": 1, "far": 1_000, "last": 0xFFFFFFFF})
def test_invalid_number_never_asked_for(purse: PurseUnderTest, ahead: int) -> None:
    """A voucher for a number that was never prepared ({}) is refused with 9E0C."""
    request = purse.prepare()
    number = min(request.number + ahead, 0xFFFFFFFF)
    payment = purse.world.person.payment(request, number=number)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)


@case("5 ACCEPT", "11")
def test_invalid_tag_of_another_request(purse: PurseUnderTest) -> None:
    """The tag of one request does not fit another."""
    first, second = purse.prepare(), purse.prepare()
    payment = purse.world.person.payment(first, tag=second.tag)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_second_voucher_for_a_request(purse: PurseUnderTest) -> None:
    """Another voucher for a credited request is refused with 9E0B, whoever pays."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    for payer in (purse.world.person, purse.world.merchant, purse.world.bank):
        payment = payer.payment(request)
        purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, payment)


@case("5 ACCEPT", "4 VOUCHER", over={"entry": {"entry": 77}, "chain": {"chain": b"another "}})
def test_invalid_second_body(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher that differs from the credited one in its {} is another voucher: 9E0B."""
    request = purse.prepare()
    first = purse.world.person.voucher(request)
    certificate = bytes(purse.world.person.certificate)
    purse.accept(bytes(first) + certificate)
    second = replace(first, **changes).signed(purse.world.person.signer.sign)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, bytes(second) + certificate)


@case("5 ACCEPT", "10.9")
def test_invalid_voided_voucher(purse: PurseUnderTest) -> None:
    """A voucher that was voided is refused with 9E0B, and so is any other for its request."""
    request = purse.prepare()
    payment = purse.world.person.payment(request)
    purse.void(payment)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, payment)
    other = purse.world.merchant.payment(request)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, other)


@case("5 ACCEPT")
def test_invalid_voucher_for_another_purse(purse: PurseUnderTest) -> None:
    """A voucher for another purse's request is refused with 9E0C."""
    request = purse.world.merchant.request()
    payment = purse.world.person.payment(request)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_own_voucher(purse: PurseUnderTest) -> None:
    """A voucher that the purse itself has signed is refused with 9E0C."""
    purse.fund(100)
    answer = purse.ok(Instruction.PAY, bytes(purse.world.person.request()))
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, answer)


@case("5 ACCEPT", "4 VOUCHER")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """A voucher that its payer has not signed is refused with 9E0E."""
    request, person = purse.prepare(), purse.world.person
    voucher = person.voucher(request)
    certificate = bytes(person.certificate)
    by_other = voucher.signed(purse.world.merchant.signer.sign)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, bytes(by_other) + certificate)
    for_other = replace(voucher, entry=voucher.entry + 1)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, bytes(for_other) + certificate)
    purse.accept(bytes(voucher) + certificate)


@case("5 ACCEPT", "6")
def test_invalid_value_in(purse: PurseUnderTest) -> None:
    """What would bring the value in over its limit is refused with 9E06 until a sync."""
    limit = purse.limits.value_in
    first, second = purse.prepare(amount=limit - 100), purse.prepare(amount=101)
    third = purse.prepare(amount=100)
    person = purse.world.person
    purse.accept(person.payment(first))
    over = person.payment(second)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, over)
    purse.accept(person.payment(third))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, over)
    purse.sync()
    purse.accept(over)


@case("5 SYNC ACK", "6")
def test_valid_load_is_no_value_in(purse: PurseUnderTest) -> None:
    """A load does not count to the value in, and is not held to it."""
    purse.fund(0)
    request = purse.prepare(Kind.LOAD, purse.limits.value_in + 1)
    conditions.value_in_used_up(purse)
    purse.accept(purse.world.bank.payment(request))
    purse.sync()
    purse.load(purse.limits.value_in)
    conditions.value_in_used_up(purse)
    purse.state()


@case("7 The ring")
def test_invalid_more_than_a_purse_holds(purse: PurseUnderTest) -> None:
    """What would bring balance and held over 7FFFFFFF is refused with 9E06."""
    purse.fund(0)
    largest, one, bank = (
        purse.prepare(Kind.LOAD, MAX_AMOUNT),
        purse.prepare(Kind.LOAD, 1),
        purse.world.bank,
    )
    payment = purse.world.person.payment(purse.prepare(amount=1))
    purse.accept(bank.payment(largest))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, bank.payment(one))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, payment)
    purse.unload(1)
    purse.accept(payment)
    same(purse.state().held, MAX_AMOUNT - purse.limits.holding, "held")


@case("7 The ring", "6", "10.14")
def test_valid_blocked_and_expired(purse: PurseUnderTest) -> None:
    """A blocked and expired purse is still credited: it loses nothing."""
    request = purse.prepare()
    conditions.blocked(purse)
    conditions.expired(purse)
    purse.accept(purse.world.person.payment(request))
    purse.load(100)
    purse.state()


@case("5 ACCEPT", "6")
def test_invalid_blocklist_too_old(purse: PurseUnderTest) -> None:
    """After as many credits as the blocklist may be old, any is refused with 9E10, a load too."""
    age = purse.limits.blocklist_age
    request, load, person = purse.prepare(), purse.prepare(Kind.LOAD, 1), purse.world.person
    for _ in range(age - 1):
        purse.earn(1)
    purse.load(1)
    purse.earn(1)
    payment, loading = person.payment(request), purse.world.bank.payment(load)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.ACCEPT, payment)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.ACCEPT, loading)
    purse.sync()
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.ACCEPT, payment)
    purse.blocklist()
    purse.accept(payment)
    purse.accept(loading)


@case("5 ACCEPT", "7 The ring")
def test_invalid_log_full(purse: PurseUnderTest) -> None:
    """With two free slots a credit is refused with 9E09, with three it is made."""
    conditions.log_full(purse, free=3)
    first, second = purse.prepare(), purse.prepare()
    purse.accept(purse.world.person.payment(first))
    payment = purse.world.person.payment(second)
    purse.refuses(Status.LOG_FULL, Instruction.ACCEPT, payment)
    purse.sync()
    purse.accept(payment)


@case("5 ACCEPT", "9")
def test_valid_operator_pays_for_a_wallet(purse: PurseUnderTest) -> None:
    """A payment that an operator signed is credited, its key known to the card or not."""
    purse.accept(purse.world.bank.payment(purse.prepare()))
    other = purse.world.other_bank
    voucher: Voucher = other.voucher(purse.prepare(Kind.REFUND))
    purse.accept(bytes(voucher) + bytes(other.certificate))
    purse.state()
