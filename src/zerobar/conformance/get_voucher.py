"""GET VOUCHER: a payment delivered again by any road."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, Voucher
from zerobar.purse.status import Status


def _asked_by(voucher: Voucher) -> bytes:
    return voucher.payee_id + voucher.number.to_bytes(4)


@case("5 GET VOUCHER", antenna=True)
def test_valid_by_request(purse: PurseUnderTest) -> None:
    """By payee and number a payment is given to anyone, on both interfaces, unchanged."""
    purse.fund(200)
    first = purse.pay(purse.world.person.request())
    purse.pay(purse.world.merchant.request())
    purse.ok(Instruction.GET_VOUCHER, _asked_by(first))
    purse.contactless()
    purse.ok(Instruction.GET_VOUCHER, _asked_by(first))
    purse.state()


@case("5 GET VOUCHER")
def test_valid_by_entry(purse: PurseUnderTest) -> None:
    """By contact a payment is given by its entry."""
    purse.fund(200)
    for _ in range(2):
        voucher = purse.pay(purse.world.person.request())
        answer = purse.ok(Instruction.GET_VOUCHER, voucher.entry.to_bytes(4))
        same(answer[:116], bytes(voucher), "VOUCHER")


@case("5 GET VOUCHER", antenna=True)
def test_valid_by_entry_with_pin(purse: PurseUnderTest) -> None:
    """In a field a payment is given by its entry once the PIN is verified."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    purse.contactless()
    purse.verify_pin()
    purse.ok(Instruction.GET_VOUCHER, voucher.entry.to_bytes(4))


@case("5 GET VOUCHER", "5 SYNC ACK")
def test_valid_settled_or_undone(purse: PurseUnderTest) -> None:
    """A payment is given though it was undone, and though the operator has acknowledged it."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    purse.undo(purse.world.person.undoing(voucher))
    purse.ok(Instruction.GET_VOUCHER, _asked_by(voucher))
    purse.sync()
    purse.ok(Instruction.GET_VOUCHER, _asked_by(voucher))
    purse.ok(Instruction.GET_VOUCHER, voucher.entry.to_bytes(4))


@case("5 GET VOUCHER", "6")
def test_valid_blocked_and_expired(purse: PurseUnderTest) -> None:
    """A blocked and expired purse still gives what it has paid."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    conditions.blocked(purse)
    conditions.expired(purse)
    purse.ok(Instruction.GET_VOUCHER, _asked_by(voucher))


@case("5 GET VOUCHER")
def test_valid_every_kind(purse: PurseUnderTest) -> None:
    """Unloads and authorisations are given by request, a push by entry only."""
    purse.fund(200)
    service = purse.world.service
    unload = purse.unload(100)
    authorised = purse.pay(service.sign_request(service.request(Kind.AUTHORISE)))
    push = purse.pay(service.push_order())
    for voucher in (unload, authorised):
        purse.ok(Instruction.GET_VOUCHER, _asked_by(voucher))
    purse.ok(Instruction.GET_VOUCHER, push.entry.to_bytes(4))
    purse.refuses(Status.MALFORMED, Instruction.GET_VOUCHER, _asked_by(push))


@case("5 GET VOUCHER")
def test_invalid_number_0(purse: PurseUnderTest) -> None:
    """Number 0 is refused with 6A80: no request has it."""
    data = purse.world.person.id + bytes(4)
    purse.refuses(Status.MALFORMED, Instruction.GET_VOUCHER, data)


@case("5 GET VOUCHER", antenna=True)
def test_invalid_unknown_request(purse: PurseUnderTest) -> None:
    """A request that was never paid is refused with 9E12, on both interfaces."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    other_payee = purse.world.merchant.id + voucher.number.to_bytes(4)
    other_number = voucher.payee_id + (voucher.number + 1_000_000).to_bytes(4)
    for data in (other_payee, other_number):
        purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, data)
    purse.contactless()
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, other_payee)


@case("5 GET VOUCHER")
def test_invalid_request_of_its_own(purse: PurseUnderTest) -> None:
    """A request that the purse was paid for is refused with 9E12: that is no payment of its."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    data = purse.id + request.number.to_bytes(4)
    purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, data)


@case("5 GET VOUCHER")
def test_invalid_entry_that_is_no_payment(purse: PurseUnderTest) -> None:
    """An entry that is no payment, or does not exist, is refused with 9E12."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    purse.earn()
    conditions.void_a_load(purse)
    purse.undo(purse.world.person.undoing(voucher))
    last = purse.mirror.entry
    for entry in (0, last - 2, last - 1, last, last + 1, 0xFFFFFFFF):
        purse.refuses(Status.ENTRY_NOT_IN_LOG, Instruction.GET_VOUCHER, entry.to_bytes(4))


@case("5 GET VOUCHER", "11", antenna=True)
def test_invalid_entry_in_a_field(purse: PurseUnderTest) -> None:
    """In a field without PIN an entry is refused with 9E03, whether it exists or not."""
    purse.fund(100)
    voucher = purse.pay(purse.world.person.request())
    purse.contactless()
    for entry in (voucher.entry, 0, 0xFFFFFFFF):
        purse.refuses(Status.PIN_NEEDED, Instruction.GET_VOUCHER, entry.to_bytes(4))
