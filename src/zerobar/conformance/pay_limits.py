"""PAY: every limit at its boundary, and what counts to it."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.status import Status


@case("6", "5 PAY")
def test_invalid_over_the_limit_per_payment(purse: PurseUnderTest) -> None:
    """The limit per payment is paid with PIN, one fen more is refused with 9E02."""
    limit = purse.limits.per_payment
    purse.fund(limit + 1)
    person = purse.world.person
    purse.verify_pin()
    over = bytes(person.request(amount=limit + 1))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    purse.pay(person.request(amount=limit))
    purse.state()


@case("6", "5 PAY", over={"by contact": False, "in a field": True}, antenna=True)
def test_invalid_above_the_limit_without_pin(purse: PurseUnderTest, contactless: bool) -> None:
    """The limit without PIN is paid {}, one fen more is refused with 9E03, signed or not."""
    limit = purse.limits.without_pin
    purse.fund(limit + 1)
    purse.power_on(contactless=contactless)
    purse.select()
    merchant = purse.world.merchant
    large = merchant.request(amount=limit + 1)
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, bytes(large))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, merchant.sign_request(large))
    purse.pay(merchant.request(amount=limit))


@case("6", "5 PAY", antenna=True)
def test_valid_with_pin_in_a_field(purse: PurseUnderTest) -> None:
    """A PIN verified in the field opens the limit per payment, signed or not."""
    limit = purse.limits.per_payment
    purse.fund(2 * limit)
    merchant = purse.world.merchant
    purse.contactless()
    purse.verify_pin()
    purse.pay(merchant.request(amount=limit))
    purse.verify_pin()
    purse.pay(merchant.sign_request(merchant.request(amount=limit)))
    purse.state()


@case("6", "5 PAY", antenna=True)
def test_invalid_no_pin_total(purse: PurseUnderTest) -> None:
    """The no-PIN total is paid, on both interfaces together; one fen more is 9E04 until a sync."""
    limit = purse.limits.no_pin_total
    purse.fund(limit + 10)
    person = purse.world.person
    purse.pay(person.request(amount=purse.limits.without_pin))
    purse.contactless()
    purse.pay(person.request(amount=purse.limits.without_pin))
    left = limit - 2 * purse.limits.without_pin
    over = bytes(person.request(amount=left + 1))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, over)
    purse.pay(person.request(amount=left))
    one = bytes(person.request(amount=1))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, one)
    purse.sync()
    purse.pay(one)


@case("6", "5 SYNC ACK")
def test_valid_payments_with_pin_leave_the_no_pin_total(purse: PurseUnderTest) -> None:
    """What is paid with PIN does not count to the no-PIN total, and needs none of it."""
    purse.fund(60_000)
    person = purse.world.person
    purse.verify_pin()
    purse.pay(person.request(amount=purse.limits.without_pin))
    purse.load(purse.limits.without_pin)
    conditions.no_pin_total_used_up(purse)
    purse.verify_pin()
    purse.pay(person.request(amount=1))
    purse.state()


@case("6", "5 PAY")
def test_invalid_too_many_payments(purse: PurseUnderTest) -> None:
    """One payment more than the count allows is refused with 9E05 until a sync."""
    purse.fund(100)
    conditions.payments_used_up(purse)
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)
    purse.sync()
    purse.pay(order)


@case("6", "5 PAY")
def test_invalid_too_much_value_out(purse: PurseUnderTest) -> None:
    """One fen more than may go out is refused with 9E06 until a sync."""
    limit = purse.limits.value_out
    purse.fund(limit)
    person = purse.world.person
    purse.verify_pin()
    purse.pay(person.request(amount=limit // 2))
    purse.load(limit // 2)
    purse.verify_pin()
    over = bytes(person.request(amount=limit // 2 + 1))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    purse.pay(person.request(amount=limit // 2 - 1))
    two = bytes(person.request(amount=2))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PAY, two)
    purse.pay(person.request(amount=1))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PAY, two)
    purse.sync()
    purse.pay(two)


@case("6", "5 UNDO")
def test_valid_undo_gives_no_limit_back(purse: PurseUnderTest) -> None:
    """A payment that was undone still counts: the out totals stay."""
    purse.fund(100)
    person = purse.world.person
    for _ in range(purse.limits.count_out):
        purse.undo(person.undoing(purse.pay(person.request(amount=1))))
    order = bytes(person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("6", "5 SYNC ACK")
def test_valid_what_is_not_acknowledged_still_counts(purse: PurseUnderTest) -> None:
    """A SYNC ACK of an earlier entry leaves later payments counted."""
    purse.fund(100)
    person = purse.world.person
    vouchers = [purse.pay(person.request(amount=1)) for _ in range(purse.limits.count_out)]
    purse.sync(entry=vouchers[2].entry)
    for _ in range(3):
        purse.pay(person.request(amount=1))
    order = bytes(person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("6", "5 PAY")
def test_valid_limits_last_over_a_reset(purse: PurseUnderTest) -> None:
    """What was paid counts after a reset as before."""
    purse.fund(100)
    conditions.payments_used_up(purse)
    purse.contact()
    order = bytes(purse.world.person.request(Kind.REFUND, 1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)
