"""PAY: of two reasons to refuse, the first in the order of checks answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.status import Status

_Condition = Callable[[PurseUnderTest], None]
_HINDRANCES: Final[dict[str, _Condition]] = {
    "blocked": conditions.blocked,
    "expired": conditions.expired,
    "its log is full": conditions.log_full,
    "its payments are used up": conditions.payments_used_up,
    "its no-PIN total is used up": conditions.no_pin_total_used_up,
    "empty": lambda purse: purse.fund(0),
}


@case("5 PAY", over=_HINDRANCES)
def test_valid_repeat_whatever_hinders(purse: PurseUnderTest, hinder: _Condition) -> None:
    """A purse that could not pay ({}) still repeats what it has paid."""
    purse.fund(60_000)
    order = bytes(purse.world.person.request())
    purse.pay(order)
    purse.sync()
    hinder(purse)
    purse.repeats(Instruction.PAY, order)


@case("5 PAY", over=_HINDRANCES)
def test_invalid_other_content_whatever_hinders(purse: PurseUnderTest, hinder: _Condition) -> None:
    """9E0A is answered before what else hinders: {}."""
    purse.fund(60_000)
    request = purse.world.person.request()
    purse.pay(request)
    purse.sync()
    hinder(purse)
    other = bytes(replace(request, amount=MAX_AMOUNT))
    purse.refuses(Status.OTHER_CONTENT, Instruction.PAY, other)


@case("5 PAY")
def test_invalid_other_content_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E0A is answered before 9E0D and 9E0E."""
    purse.fund(1_000)
    forger = purse.world.merchant.certified(by=purse.world.stranger)
    request = forger.request()
    purse.pay(request)
    other = forger.sign_request(replace(request, amount=Fen(101)))
    purse.refuses(Status.OTHER_CONTENT, Instruction.PAY, other)


@case("5 PAY")
def test_invalid_form_comes_before_everything(purse: PurseUnderTest) -> None:
    """6A80 is answered by a purse that is blocked and expired with a full log."""
    conditions.log_full(purse)
    conditions.blocked(purse)
    conditions.expired(purse)
    purse.refuses(Status.MALFORMED, Instruction.PAY, bytes(purse.world.person.request(amount=0)))
    own = purse.world.person.request(payee_id=purse.id)
    purse.refuses(Status.MALFORMED, Instruction.PAY, bytes(own))


@case("5 PAY")
def test_invalid_blocked_comes_before_expired(purse: PurseUnderTest) -> None:
    """9E08 is answered before 9E07."""
    purse.fund(100)
    conditions.blocked(purse)
    conditions.expired(purse)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)
    purse.sync()
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_blocked_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E08 is answered before 9E09."""
    conditions.log_full(purse)
    conditions.blocked(purse)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_expired_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E07 is answered before 9E09."""
    conditions.log_full(purse)
    conditions.expired(purse)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_log_full_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E09 is answered before 9E0D."""
    conditions.log_full(purse)
    forger = purse.world.merchant.certified(by=purse.world.stranger)
    order = forger.sign_request(forger.request())
    purse.refuses(Status.LOG_FULL, Instruction.PAY, order)
    purse.sync()
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_log_full_comes_before_the_limits(purse: PurseUnderTest) -> None:
    """9E09 is answered before 9E02."""
    conditions.log_full(purse)
    over = bytes(purse.world.person.request(amount=MAX_AMOUNT))
    purse.refuses(Status.LOG_FULL, Instruction.PAY, over)


@case("5 PAY")
def test_invalid_certificate_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E0E."""
    purse.fund(100)
    world = purse.world
    request = world.merchant.request()
    forged = bytes(request) + bytes(64)
    bad = world.merchant.certified(by=world.stranger).certificate
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, forged + bytes(bad))
    good = bytes(world.merchant.certificate)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, forged + good)


@case("5 PAY")
def test_invalid_signature_comes_before_the_limits(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E02."""
    merchant = purse.world.merchant
    request = merchant.request(amount=purse.limits.per_payment + 1)
    forged = bytes(request) + bytes(64) + bytes(merchant.certificate)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, forged)
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, merchant.sign_request(request))


@case("5 PAY")
def test_invalid_over_the_limit_comes_before_pin(purse: PurseUnderTest) -> None:
    """9E02 is answered before 9E03."""
    over = purse.world.person.request(amount=purse.limits.per_payment + 1)
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, bytes(over))


@case("5 PAY")
def test_invalid_pin_comes_before_no_pin_total(purse: PurseUnderTest) -> None:
    """9E03 is answered before 9E04."""
    purse.fund(60_000)
    conditions.no_pin_total_used_up(purse)
    large = purse.world.person.request(amount=purse.limits.without_pin + 1)
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, bytes(large))
    small = purse.world.person.request(amount=1)
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, bytes(small))


@case("5 PAY")
def test_invalid_no_pin_total_comes_before_count(purse: PurseUnderTest) -> None:
    """9E04 is answered before 9E05."""
    purse.fund(60_000)
    each = purse.limits.no_pin_total // purse.limits.count_out
    conditions.payments_used_up(purse, each)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, order)
    purse.verify_pin()
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_count_comes_before_value_out(purse: PurseUnderTest) -> None:
    """9E05 is answered before 9E06."""
    purse.fund(purse.limits.value_out)
    each = purse.limits.value_out // purse.limits.count_out
    for _ in range(purse.limits.count_out):
        purse.verify_pin()
        purse.pay(purse.world.person.request(amount=each))
    purse.verify_pin()
    order = bytes(purse.world.person.request())
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_value_out_comes_before_balance(purse: PurseUnderTest) -> None:
    """9E06 is answered before 9E01."""
    purse.fund(purse.limits.value_out)
    conditions.value_out_used_up(purse)
    purse.fund(0)
    purse.verify_pin()
    order = bytes(purse.world.person.request())
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PAY, order)
    purse.sync()
    purse.refuses(Status.INSUFFICIENT_BALANCE, Instruction.PAY, order)


@case("5 PAY")
def test_invalid_pin_comes_before_balance(purse: PurseUnderTest) -> None:
    """9E03 is answered before 9E01."""
    purse.fund(0)
    large = purse.world.person.request(amount=purse.limits.without_pin + 1)
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, bytes(large))


@case("5 PAY", over={"REFUND": Kind.REFUND, "PAYMENT": Kind.PAYMENT})
def test_invalid_expired_comes_before_the_limits(purse: PurseUnderTest, kind: Kind) -> None:
    """9E07 is answered before 9E02 and 9E01, for a {} too."""
    conditions.expired(purse)
    order = bytes(purse.world.person.request(kind, MAX_AMOUNT))
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)
