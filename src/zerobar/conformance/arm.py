"""ARM: one contactless payment beyond the limit without PIN."""

from __future__ import annotations

from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.money import MAX_AMOUNT
from zerobar.purse.status import Status

_LARGE: Final = 30_000


def _order(purse: PurseUnderTest, amount: int = _LARGE) -> bytes:
    return bytes(purse.world.merchant.request(amount=amount))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6", antenna=True)
def test_valid_armed_payment(purse: PurseUnderTest) -> None:
    """An armed amount is paid in a field without PIN, once; one fen more is refused with 9E03."""
    purse.fund(2 * _LARGE)
    purse.arm(_LARGE)
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse, _LARGE + 1))
    purse.pay(_order(purse))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse))
    purse.state()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", antenna=True)
def test_valid_armed_over_many_fields(purse: PurseUnderTest) -> None:
    """Arming lasts over resets, sessions by contact included, while the log is as it was."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.contactless()
    purse.prepare()
    purse.contact()
    purse.state()
    purse.contactless()
    purse.pay(_order(purse))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6", antenna=True)
def test_valid_armed_signed_request(purse: PurseUnderTest) -> None:
    """Arming covers a signed request as a plain one."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.contactless()
    merchant = purse.world.merchant
    purse.pay(merchant.sign_request(merchant.request(amount=_LARGE)))
    purse.state()


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", antenna=True)
def test_valid_refused_payment_leaves_it_armed(purse: PurseUnderTest) -> None:
    """A payment that is refused, or repeated, leaves the purse armed."""
    purse.fund(_LARGE + 100)
    done = _order(purse, 100)
    purse.pay(done)
    purse.arm(_LARGE)
    purse.contactless()
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, _order(purse, 50_001))
    purse.repeats(Instruction.PAY, done)
    purse.pay(_order(purse))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6", antenna=True)
def test_valid_armed_payment_is_no_payment_without_pin(purse: PurseUnderTest) -> None:
    """What is paid armed does not count to the no-PIN total, and needs none of it."""
    purse.fund(60_000)
    purse.arm(_LARGE)
    purse.contactless()
    purse.pay(_order(purse, 1_000))
    purse.contact()
    conditions.no_pin_total_used_up(purse)
    purse.arm(_LARGE)
    purse.contactless()
    purse.pay(_order(purse, 1_000))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, _order(purse, 1))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", antenna=True)
def test_invalid_any_entry_disarms(purse: PurseUnderTest) -> None:
    """Any entry written since, even one by contact, disarms the purse."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.earn(1)
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_armed_by_contact(purse: PurseUnderTest) -> None:
    """Arming is for fields: by contact a large payment still needs the PIN."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.contact()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", antenna=True)
def test_valid_disarm_and_arm_again(purse: PurseUnderTest) -> None:
    """ARM of 0 disarms, and a later ARM replaces an earlier one."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.ok(Instruction.ARM, bytes(4))
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse))
    purse.arm(_LARGE)
    purse.arm(_LARGE - 1)
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, _order(purse))
    purse.pay(_order(purse, _LARGE - 1))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6", antenna=True)
def test_valid_largest_amount(purse: PurseUnderTest) -> None:
    """ARM takes 7FFFFFFF, which opens no more than the limit per payment."""
    limit = purse.limits.per_payment
    purse.fund(limit + 1)
    purse.arm(MAX_AMOUNT)
    purse.contactless()
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, _order(purse, limit + 1))
    purse.pay(_order(purse, limit))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM")
def test_invalid_without_pin(purse: PurseUnderTest) -> None:
    """ARM without a verified PIN is refused with 9E03."""
    purse.refuses(Status.PIN_NEEDED, Instruction.ARM, _LARGE.to_bytes(4))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """ARM in a field is refused with 6985, with or without PIN."""
    purse.contactless()
    conditions_not_satisfied = Status.CONDITIONS_NOT_SATISFIED
    purse.refuses(conditions_not_satisfied, Instruction.ARM, _LARGE.to_bytes(4))
    purse.verify_pin()
    purse.refuses(conditions_not_satisfied, Instruction.ARM, _LARGE.to_bytes(4))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", over={"80000000": 0x80000000, "FFFFFFFF": 0xFFFFFFFF})
def test_invalid_amount(purse: PurseUnderTest, amount: int) -> None:
    """ARM of {} is refused with 6A80, with or without PIN."""
    purse.refuses(Status.MALFORMED, Instruction.ARM, amount.to_bytes(4))
    purse.verify_pin()
    purse.refuses(Status.MALFORMED, Instruction.ARM, amount.to_bytes(4))


@case("5 VERIFY, CHANGE PIN, RESET PIN, ARM", "6", antenna=True)
def test_valid_armed_authorisation(purse: PurseUnderTest) -> None:
    """Arming covers an authorisation."""
    purse.fund(0)
    purse.arm(_LARGE)
    purse.contactless()
    service = purse.world.service
    purse.pay(service.sign_request(service.request(Kind.AUTHORISE, _LARGE)))
    purse.state()


@case("5 PAY", antenna=True)
def test_invalid_armed_push(purse: PurseUnderTest) -> None:
    """Arming is not the holder: a push in a field is refused with 9E03 all the same."""
    purse.fund(_LARGE)
    purse.arm(_LARGE)
    purse.contactless()
    order = bytes(purse.world.service.push_order(_LARGE))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, order)
    purse.pay(_order(purse))
