"""VOID: a signed promise never to credit a voucher."""

from __future__ import annotations

from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import UNKNOWN_NUMBER, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass, VoidFlags
from zerobar.purse.money import Fen
from zerobar.purse.status import Status

_WINDOW: Final = 64


@case("5 VOID", over={k.name: k for k in (Kind.PAYMENT, Kind.REFUND)})
def test_valid_void(purse: PurseUnderTest, kind: Kind) -> None:
    """A {} is voided: an entry and a window bit, no balance, and a statement that says so."""
    purse.fund(100)
    request = purse.prepare(kind)
    statement = purse.void(purse.world.person.payment(request))
    same(statement.flags, VoidFlags.VOIDED, "flags")
    same(purse.state().window & 1, 1, "window bit")


@case("5 VOID")
def test_valid_void_of_a_load(purse: PurseUnderTest) -> None:
    """A load is voided like any other."""
    purse.void(purse.world.bank.payment(purse.prepare(Kind.LOAD)))
    purse.state()


@case("5 VOID")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """The same voucher again gives a statement with the same fields and changes nothing."""
    payment = purse.world.person.payment(purse.prepare())
    purse.void(payment)
    purse.repeats(Instruction.VOID, payment)
    purse.contact()
    purse.repeats(Instruction.VOID, payment)
    purse.sync()
    purse.repeats(Instruction.VOID, payment)


@case("5 VOID")
def test_valid_repeat_with_another_certificate(purse: PurseUnderTest) -> None:
    """A repeat is answered before certificate and signature are looked at."""
    payment = purse.world.person.payment(purse.prepare())
    purse.void(payment)
    forged = payment[:52] + bytes(64) + bytes(purse.world.merchant.certificate)
    purse.repeats(Instruction.VOID, forged)


@case("5 VOID", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field a voucher is voided with PIN, and refused with 9E03 without."""
    payment = purse.world.person.payment(purse.prepare())
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.VOID, payment)
    purse.verify_pin()
    purse.void(payment)
    purse.state()


_WRONG_TAGS: Final[dict[str, dict[str, Any]]] = {
    "tag": {"tag": b"gat."},
    "amount": {"amount": Fen(101)},
    "kind": {"kind": Kind.REFUND},
    "reference": {"reference": b"order 02"},
    "currency": {"currency": 840},
    "number 0": {"number": 0},
    "number never prepared": {"number": 0xFFFFFFFE},
}


@case("5 VOID", over=_WRONG_TAGS)
def test_valid_never_my_request(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher with another {} than was asked for is stated never to be mine; no entry."""
    request = purse.prepare()
    entry = purse.mirror.entry
    statement = purse.void(purse.world.person.payment(request, **changes))
    same(statement.flags, VoidFlags.NEVER_MY_REQUEST, "flags")
    same(statement.payee_entry, 0, "payee entry")
    same(purse.state().entry, entry, "entry")
    purse.accept(purse.world.person.payment(request))


@case("5 VOID")
def test_valid_never_my_request_whatever_certificate(purse: PurseUnderTest) -> None:
    """With a wrong tag neither certificate nor signature is looked at."""
    forger = purse.world.person.certified(by=purse.world.stranger, key_number=UNKNOWN_NUMBER)
    payment = forger.payment(purse.prepare(), tag=b"gat.")
    purse.void(payment)
    purse.void(patched(payment, 52, bytes(64)))
    purse.void(payment[:116] + bytes(137))
    purse.state()


@case("5 VOID")
def test_valid_never_my_request_with_a_full_log(purse: PurseUnderTest) -> None:
    """With a wrong tag nothing is written, so a full log does not matter."""
    conditions.log_full(purse, free=3)
    payment = purse.world.person.payment(purse.prepare(), tag=b"gat.")
    conditions.void_a_load(purse)
    purse.void(payment)
    purse.state()


@case("5 VOID")
def test_valid_never_my_request_for_a_settled_number(purse: PurseUnderTest) -> None:
    """A wrong tag is never mine although the number is settled, or outside the window."""
    request = purse.prepare()
    wrong = purse.world.person.payment(request, tag=b"gat.")
    purse.accept(purse.world.person.payment(request))
    purse.void(wrong)
    for _ in range(_WINDOW):
        purse.prepare()
    purse.void(wrong)
    purse.state()


@case("5 VOID", "6")
def test_valid_whatever_the_payer(purse: PurseUnderTest) -> None:
    """Expiry, blocklist, its age and the value in do not hinder a void."""
    day = purse.mirror.floor_day
    payer = purse.world.newcomer().certified(not_after_day=day - 1)
    requests = [purse.prepare() for _ in range(2)]
    purse.blocklist(payer.id)
    conditions.move_floor(purse, day + conditions.GRACE_DAYS)
    purse.void(payer.payment(requests[0]))
    conditions.value_in_used_up(purse)
    purse.void(payer.payment(requests[1]))
    purse.state()


@case("5 VOID", "6")
def test_valid_with_an_old_blocklist(purse: PurseUnderTest) -> None:
    """A blocklist that is too old does not hinder a void."""
    request = conditions.blocklist_too_old(purse)
    purse.void(purse.world.person.payment(request))
    purse.state()


@case("5 VOID", "10.14")
def test_valid_blocked_and_expired(purse: PurseUnderTest) -> None:
    """A blocked and expired purse still voids."""
    payment = purse.world.person.payment(purse.prepare())
    conditions.blocked(purse)
    conditions.expired(purse)
    purse.void(payment)
    purse.state()


@case("5 VOID", over={k.name: k for k in (Kind.UNLOAD, Kind.PUSH, Kind.AUTHORISE)})
def test_invalid_kind(purse: PurseUnderTest, kind: Kind) -> None:
    """A voucher of kind {} is refused with 6A80."""
    payment = purse.world.person.payment(purse.prepare(), kind=kind)
    purse.refuses(Status.MALFORMED, Instruction.VOID, payment)


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "kind 0": {"kind": 0},
    "kind 7": {"kind": 7},
    "amount 0": {"amount": 0},
    "amount 80000000": {"amount": 0x80000000},
    "type 2": {"head": 0x21},
    "suite 15": {"head": 0x3F},
}


@case("5 VOID", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher of {} is refused with 6A80."""
    payment = purse.world.person.payment(purse.prepare(), **changes)
    purse.refuses(Status.MALFORMED, Instruction.VOID, payment)


@case("5 VOID")
def test_invalid_voucher_for_another_purse(purse: PurseUnderTest) -> None:
    """A voucher for another payee is refused with 9E0C, its tag right or wrong."""
    request = purse.world.merchant.request()
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.VOID, purse.world.person.payment(request))
    mine = purse.world.person.payment(purse.prepare(), payee_id=purse.world.merchant.id)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.VOID, mine)


@case("5 VOID")
def test_valid_too_old(purse: PurseUnderTest) -> None:
    """An own request 64 numbers back is stated to be too old, one 63 back is voided."""
    late, last = purse.prepare(), purse.prepare()
    for _ in range(_WINDOW - 1):
        purse.prepare()
    statement = purse.void(purse.world.person.payment(last))
    same(statement.flags, VoidFlags.VOIDED, "flags")
    statement = purse.void(purse.world.person.payment(late))
    same((statement.flags, statement.payee_entry), (VoidFlags.TOO_OLD, 0), "flags and entry")
    purse.state()


@case("5 VOID")
def test_valid_too_old_whatever_else(purse: PurseUnderTest) -> None:
    """Of a request that is too old neither certificate nor signature, nor the log, matter."""
    request = purse.prepare()
    credited = purse.earn()
    for _ in range(_WINDOW + 1):
        purse.prepare()
    forger = purse.world.person.certified(by=purse.world.stranger, key_number=UNKNOWN_NUMBER)
    purse.void(patched(forger.payment(request), 52, bytes(64)))
    purse.void(forger.payment(request)[:116] + bytes(137))
    same(purse.void(credited).flags, VoidFlags.TOO_OLD, "flags")
    purse.state()


@case("5 VOID", "10.9")
def test_invalid_credited_voucher(purse: PurseUnderTest) -> None:
    """A credited voucher is refused with 9E0B, and so is any other for its request."""
    request = purse.prepare()
    payment = purse.world.person.payment(request)
    purse.accept(payment)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.VOID, payment)
    other = purse.world.merchant.payment(request)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.VOID, other)


@case("5 VOID")
def test_invalid_second_voucher_for_a_voided_request(purse: PurseUnderTest) -> None:
    """Another voucher for a request that was voided is refused with 9E0B."""
    request = purse.prepare()
    purse.void(purse.world.person.payment(request))
    other = purse.world.person.payment(request)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.VOID, other)


_BAD_CERTIFICATES: Final[dict[str, dict[str, Any]]] = {
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by the root key": {"key_number": 1},
    "of another currency": {"currency": 840},
    "of another purse": {"public_key": public_key("merchant")},
    "of class 4, a hosted payee": {"purse_class": PurseClass.SERVICE},
    "of suite 15": {"head": 0x1F},
}


@case("5 VOID", over=_BAD_CERTIFICATES)
def test_invalid_certificate(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher with a certificate {} is refused with 9E0D."""
    person = purse.world.person
    payer = person.presenting(person.certified(**changes).certificate)
    payment = payer.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.VOID, payment)


@case("5 VOID")
def test_invalid_certificate_signature(purse: PurseUnderTest) -> None:
    """A voucher with a certificate that a stranger signed is refused with 9E0D."""
    forger = purse.world.person.certified(by=purse.world.stranger)
    payment = forger.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.VOID, payment)


@case("5 VOID")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """A voucher that its payer has not signed is refused with 9E0E."""
    person = purse.world.person
    voucher = person.voucher(purse.prepare()).signed(purse.world.merchant.signer.sign)
    payment = bytes(voucher) + bytes(person.certificate)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.VOID, payment)


@case("5 VOID", "7 The ring")
def test_invalid_log_full(purse: PurseUnderTest) -> None:
    """With two free slots a void is refused with 9E09, with three it is made."""
    conditions.log_full(purse, free=3)
    first, second = purse.prepare(), purse.prepare()
    purse.void(purse.world.person.payment(first))
    payment = purse.world.person.payment(second)
    purse.refuses(Status.LOG_FULL, Instruction.VOID, payment)


@case("5 VOID")
def test_invalid_kind_comes_before_payee(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0C."""
    payment = purse.world.person.payment(purse.world.merchant.request(Kind.UNLOAD))
    purse.refuses(Status.MALFORMED, Instruction.VOID, payment)


@case("5 VOID", antenna=True)
def test_invalid_pin_comes_before_the_rest(purse: PurseUnderTest) -> None:
    """9E03 is answered before kind, payee, tag and certificate are looked at, but after form."""
    request = purse.prepare()
    person = purse.world.person
    purse.contactless()
    for changes in ({"tag": b"gat."}, {"payee_id": b"another "}):
        payment = person.payment(request, **changes)
        purse.refuses(Status.PIN_NEEDED, Instruction.VOID, payment)
    malformed = person.payment(request, amount=0)
    purse.refuses(Status.MALFORMED, Instruction.VOID, malformed)


@case("5 VOID")
def test_invalid_settled_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E0B is answered before 9E0D."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    forger = purse.world.newcomer().certified(by=purse.world.stranger)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.VOID, forger.payment(request))


@case("5 VOID")
def test_invalid_certificate_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E0E."""
    forger = purse.world.person.certified(by=purse.world.stranger)
    payment = patched(forger.payment(purse.prepare()), 52, bytes(64))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.VOID, payment)


@case("5 VOID")
def test_invalid_signature_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E09."""
    conditions.log_full(purse, free=3)
    request = purse.prepare()
    conditions.void_a_load(purse)
    payment = patched(purse.world.person.payment(request), 52, bytes(64))
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.VOID, payment)
