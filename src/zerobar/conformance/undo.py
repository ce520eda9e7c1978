"""UNDO: the payer takes back what its payee has voided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import UNKNOWN_NUMBER, Counterpart, World, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, VoidFlags, Voucher
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.status import Status

_Condition = Callable[[PurseUnderTest], None]
_Payee = Callable[[World], Counterpart]


def _paid(purse: PurseUnderTest, amount: int = 100) -> Voucher:
    """Return what the purse has paid to the person, from a balance of exactly that."""
    purse.fund(amount)
    return purse.pay(purse.world.person.request(amount=amount))


@case("5 UNDO", over={"by contact": False, "in a field": True}, antenna=True)
def test_valid_undo(purse: PurseUnderTest, contactless: bool) -> None:
    """A voided payment is taken back {} without PIN; the out totals stay."""
    voucher = _paid(purse)
    purse.power_on(contactless=contactless)
    purse.select()
    purse.undo(purse.world.person.undoing(voucher))
    state = purse.state()
    same((state.balance, state.out_total, state.out_count), (100, 100, 1), "balance and totals")


@case("5 UNDO", "4 VOID STATEMENT")
def test_valid_never_the_payee_s_request(purse: PurseUnderTest) -> None:
    """A statement that it never was the payee's request undoes as well."""
    voucher = _paid(purse)
    changes: dict[str, Any] = {"flags": VoidFlags.NEVER_MY_REQUEST, "payee_entry": 0}
    purse.undo(purse.world.person.undoing(voucher, **changes))
    purse.state()


@case("5 UNDO")
def test_valid_refund(purse: PurseUnderTest) -> None:
    """A refund that the customer voids comes back to the merchant."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request(Kind.REFUND))
    purse.undo(purse.world.person.undoing(voucher))
    purse.state()


_PAYEES: Final[dict[str, _Payee]] = {
    "person": lambda world: world.person,
    "anonymous person": lambda world: world.anonymous,
    "merchant": lambda world: world.merchant,
}


@case("5 UNDO", over=_PAYEES)
def test_valid_payee(purse: PurseUnderTest, payee: _Payee) -> None:
    """The statement of a {} undoes."""
    purse.fund(100)
    certified = payee(purse.world)
    purse.undo(certified.undoing(purse.pay(certified.request())))
    purse.state()


@case("5 UNDO", "10.9")
def test_valid_repeat(purse: PurseUnderTest) -> None:
    """A second UNDO of a payment is answered with 9000 and gives nothing."""
    voucher = _paid(purse)
    undoing = purse.world.person.undoing(voucher)
    purse.undo(undoing)
    purse.repeats(Instruction.UNDO, undoing)
    purse.contact()
    purse.repeats(Instruction.UNDO, undoing)


@case("5 UNDO")
def test_valid_repeat_with_another_statement(purse: PurseUnderTest) -> None:
    """A repeat is answered before certificate and signature are looked at."""
    voucher = _paid(purse)
    person = purse.world.person
    purse.undo(person.undoing(voucher))
    forger = person.certified(by=purse.world.stranger)
    purse.repeats(Instruction.UNDO, patched(forger.undoing(voucher), 42, bytes(64)))
    purse.repeats(Instruction.UNDO, person.undoing(voucher, payee_entry=9))


@case("5 UNDO", "7 The ring")
def test_valid_above_the_holding_limit(purse: PurseUnderTest) -> None:
    """What comes back beyond the holding limit is held."""
    voucher = _paid(purse, 300)
    purse.load(purse.limits.holding - 100)
    purse.undo(purse.world.person.undoing(voucher))
    state = purse.state()
    same((state.balance, state.held), (purse.limits.holding, 200), "balance and held")


_HINDRANCES: Final[dict[str, _Condition]] = {
    "blocked": conditions.blocked,
    "expired": conditions.expired,
    "its log has two free slots": conditions.log_full,
    "its payments are used up": conditions.payments_used_up,
}


@case("5 UNDO", "10.14", over=_HINDRANCES)
def test_valid_whatever_hinders(purse: PurseUnderTest, hinder: _Condition) -> None:
    """A purse that could not pay ({}) takes back what was voided."""
    purse.fund(200)
    person = purse.world.person
    voucher = purse.pay(person.request())
    hinder(purse)
    purse.undo(person.undoing(voucher))
    purse.state()


@case("5 UNDO")
def test_valid_last_free_slots(purse: PurseUnderTest) -> None:
    """UNDO may take the two slots kept free; without any it is refused with 9E09."""
    conditions.log_full(purse, free=5)
    purse.load(300)
    person = purse.world.person
    first, second = (purse.pay(person.request()) for _ in range(2))
    purse.undo(person.undoing(first))
    purse.unload(1)
    undoing = person.undoing(second)
    purse.refuses(Status.LOG_FULL, Instruction.UNDO, undoing)
    purse.sync(entry=first.entry)
    purse.undo(undoing)
    purse.state()


@case("5 UNDO", "11")
def test_valid_whatever_the_payee(purse: PurseUnderTest) -> None:
    """An expired or blocked payee's statement undoes."""
    purse.fund(200)
    day = purse.mirror.floor_day
    payee = purse.world.newcomer().certified(not_after_day=day - 100)
    first, second = (purse.pay(payee.request()) for _ in range(2))
    purse.undo(payee.undoing(first))
    purse.blocklist(payee.id)
    purse.undo(payee.undoing(second))
    purse.state()


@case("5 UNDO", "10.9")
def test_invalid_hosted_payee(purse: PurseUnderTest) -> None:
    """A service's statement is refused with 9E0D: its operator credits at first sight."""
    purse.fund(100)
    service = purse.world.service
    undoing = service.undoing(purse.pay(service.request()))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.UNDO, undoing)
    purse.state()


@case("5 UNDO")
def test_invalid_voucher_of_another_payer(purse: PurseUnderTest) -> None:
    """A statement about another purse's voucher is refused with 9E0C."""
    voucher = _paid(purse)
    person = purse.world.person
    undoing = person.undoing(voucher, payer_id=purse.world.merchant.id)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.UNDO, undoing)


@case("5 UNDO", over={"0": -10_000, "the next": 1, "far ahead": 1_000})
def test_invalid_entry_not_in_the_log(purse: PurseUnderTest, ahead: int) -> None:
    """A statement about an entry that does not exist ({}) is refused with 9E12."""
    voucher = _paid(purse)
    entry = max(0, voucher.entry + ahead)
    undoing = purse.world.person.undoing(voucher, payer_entry=entry)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)


@case("5 UNDO", "5 SYNC ACK", "10.9")
def test_invalid_acknowledged_entry(purse: PurseUnderTest) -> None:
    """A payment that the operator has acknowledged is refused with 9E12, undone before or not."""
    purse.fund(200)
    person = purse.world.person
    undone, paid = (purse.pay(person.request()) for _ in range(2))
    purse.undo(person.undoing(undone))
    purse.sync()
    for voucher in (undone, paid):
        undoing = person.undoing(voucher)
        purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_entry_that_is_no_payment(purse: PurseUnderTest) -> None:
    """A statement about a credit, a void or an undo is refused with 9E12."""
    voucher = _paid(purse)
    person = purse.world.person
    purse.earn()
    conditions.void_a_load(purse)
    purse.undo(person.undoing(voucher))
    for entry in range(voucher.entry + 1, voucher.entry + 4):
        undoing = person.undoing(voucher, payer_entry=entry)
        purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)


@case("5 UNDO", "5 PAY")
def test_invalid_unload(purse: PurseUnderTest) -> None:
    """An unload cannot be undone: 9E12, for the operator has it."""
    purse.fund(100)
    voucher = purse.unload(100)
    undoing = purse.world.bank.undoing(voucher)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)


_OTHER_VOUCHERS: Final[dict[str, dict[str, Any]]] = {
    "voucher hash": {"voucher_hash": b"another "},
    "payee": {"payee_id": b"another "},
    "number": {"number": 7_777_777},
    "amount": {"amount": Fen(99)},
    "larger amount": {"amount": MAX_AMOUNT},
}


@case("5 UNDO", over=_OTHER_VOUCHERS)
def test_invalid_another_voucher(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A statement with another {} than the voucher's is refused with 9E0A."""
    voucher = _paid(purse)
    undoing = purse.world.person.undoing(voucher, **changes)
    purse.refuses(Status.OTHER_CONTENT, Instruction.UNDO, undoing)


_MALFORMED: Final[dict[str, dict[str, Any]]] = {
    "type 3": {"head": 0x31},
    "type 5": {"head": 0x51},
    "suite 15": {"head": 0x4F},
    "flags 02, too old": {"flags": VoidFlags.TOO_OLD, "payee_entry": 0},
    "flags 03": {"flags": 3},
    "flags FF": {"flags": 0xFF},
    "amount 0": {"amount": 0},
    "amount 80000000": {"amount": 0x80000000},
}


@case("5 UNDO", "4 VOID STATEMENT", over=_MALFORMED)
def test_invalid_form(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A statement of {} is refused with 6A80."""
    voucher = _paid(purse)
    undoing = purse.world.person.undoing(voucher, **changes)
    purse.refuses(Status.MALFORMED, Instruction.UNDO, undoing)


_BAD_CERTIFICATES: Final[dict[str, dict[str, Any]]] = {
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by the root key": {"key_number": 1},
    "of another currency": {"currency": 840},
    "of another purse": {"public_key": public_key("merchant")},
    "of another type": {"head": 0x41},
    "of suite 15": {"head": 0x1F},
}


@case("5 UNDO", over=_BAD_CERTIFICATES)
def test_invalid_certificate(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A statement with a certificate {} is refused with 9E0D."""
    voucher = _paid(purse)
    person = purse.world.person
    payee = person.presenting(person.certified(**changes).certificate)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.UNDO, payee.undoing(voucher))


@case("5 UNDO", "11")
def test_invalid_certificate_signature(purse: PurseUnderTest) -> None:
    """A statement with a certificate that a stranger signed is refused with 9E0D."""
    voucher = _paid(purse)
    forger = purse.world.person.certified(by=purse.world.stranger)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.UNDO, forger.undoing(voucher))


@case("5 UNDO", "11")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """A statement that its payee has not signed is refused with 9E0E."""
    voucher = _paid(purse)
    person = purse.world.person
    statement = person.statement(voucher).signed(purse.world.merchant.signer.sign)
    undoing = bytes(statement) + bytes(person.certificate)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.UNDO, undoing)
    purse.undo(person.undoing(voucher))


@case("7 The ring")
def test_invalid_more_than_a_purse_holds(purse: PurseUnderTest) -> None:
    """What would bring balance and held over 7FFFFFFF is refused with 9E06."""
    voucher = _paid(purse, 1)
    purse.load(MAX_AMOUNT)
    undoing = purse.world.person.undoing(voucher)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.UNDO, undoing)
    purse.unload(1)
    purse.undo(undoing)
    purse.state()


@case("5 UNDO")
def test_invalid_form_comes_before_payer(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0C."""
    voucher = _paid(purse)
    undoing = purse.world.person.undoing(voucher, payer_id=bytes(8), amount=0)
    purse.refuses(Status.MALFORMED, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_payer_comes_before_entry(purse: PurseUnderTest) -> None:
    """9E0C is answered before 9E12."""
    voucher = _paid(purse)
    undoing = purse.world.person.undoing(voucher, payer_id=bytes(8), payer_entry=0)
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_entry_comes_before_content(purse: PurseUnderTest) -> None:
    """9E12 is answered before 9E0A."""
    voucher = _paid(purse)
    purse.sync()
    undoing = purse.world.person.undoing(voucher, amount=Fen(99))
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_content_comes_before_undone(purse: PurseUnderTest) -> None:
    """9E0A is answered although the payment is undone."""
    voucher = _paid(purse)
    person = purse.world.person
    purse.undo(person.undoing(voucher))
    undoing = person.undoing(voucher, amount=Fen(99))
    purse.refuses(Status.OTHER_CONTENT, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_content_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E0A is answered before 9E0D and 9E0E."""
    voucher = _paid(purse)
    forger = purse.world.person.certified(by=purse.world.stranger)
    undoing = patched(forger.undoing(voucher, amount=Fen(99)), 42, bytes(64))
    purse.refuses(Status.OTHER_CONTENT, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_certificate_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E0E."""
    voucher = _paid(purse)
    forger = purse.world.person.certified(by=purse.world.stranger)
    undoing = patched(forger.undoing(voucher), 42, bytes(64))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.UNDO, undoing)


@case("5 UNDO")
def test_invalid_signature_comes_before_too_much(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E06."""
    voucher = _paid(purse, 1)
    purse.load(MAX_AMOUNT)
    unsigned = patched(purse.world.person.undoing(voucher), 42, bytes(64))
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.UNDO, unsigned)


@case("5 UNDO")
def test_invalid_too_much_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E06 is answered before 9E09."""
    purse.fund(3)
    person = purse.world.person
    first, second, third = (purse.pay(person.request(amount=1)) for _ in range(3))
    conditions.log_full(purse, free=3)
    purse.load(MAX_AMOUNT - 2)
    purse.undo(person.undoing(first))
    purse.undo(person.undoing(second))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.UNDO, person.undoing(third))
