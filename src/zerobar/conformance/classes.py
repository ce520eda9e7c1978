"""Every limit of every class at its boundary, and limits put in the factory."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import Make, PurseUnderTest, terms
from zerobar.conformance.verdicts import NotRun, same
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import Limits
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.status import Status

STANDARD: Final = {
    PurseClass.PERSON: Limits(500_00, 200_00, 500_00, 1_000_00, 10, 1_000_00, 1_000_00, 50),
    PurseClass.ANONYMOUS: Limits(200_00, 100_00, 200_00, 500_00, 10, 500_00, 500_00, 50),
    PurseClass.MERCHANT: Limits(
        2_000_00, 2_000_00, 20_000_00, 100_000_00, 200, 20_000_00, 100_000_00, 500
    ),
}
"""The table of section 6 of the protocol, in fen."""

_CLASSES: Final = {purse_class.name.lower(): purse_class for purse_class in STANDARD}
_OPEN: Final = Limits(1_000_00, 1_000_00, 10_000_00, 10_000_00, 60, 10_000_00, 10_000_00, 0)
_SOME: Final = 40
"""Entries between two syncs where a limit does not start again with one."""


def _made(purse: PurseUnderTest, purse_class: PurseClass) -> Limits:
    purse.personalise(Make(purse_class))
    return STANDARD[purse_class]


@case("6", over=_CLASSES, make=None)
def test_valid_per_payment(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} pays its limit per payment with PIN, and not a fen more: 9E02."""
    limits = _made(purse, purse_class)
    purse.fund(limits.per_payment)
    purse.verify_pin()
    over = bytes(purse.world.person.request(amount=limits.per_payment + 1))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    purse.pay(purse.world.person.request(amount=limits.per_payment))
    purse.state()


@case("6", over=_CLASSES, make=None)
def test_valid_without_pin(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} pays its limit without PIN, and not a fen more."""
    limits = _made(purse, purse_class)
    purse.fund(limits.without_pin)
    over = bytes(purse.world.person.request(amount=limits.without_pin + 1))
    lower = limits.without_pin < limits.per_payment
    status = Status.PIN_NEEDED if lower else Status.OVER_PAYMENT_LIMIT
    purse.refuses(status, Instruction.PAY, over)
    purse.pay(purse.world.person.request(amount=limits.without_pin))
    purse.state()


@case("6", over=_CLASSES, make=None)
def test_valid_no_pin_total(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} pays its no-PIN total without PIN, and not a fen more: 9E04."""
    limits = _made(purse, purse_class)
    purse.fund(limits.no_pin_total)
    conditions.no_pin_total_used_up(purse)
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.NO_PIN_TOTAL_USED, Instruction.PAY, order)


@case("6", over=_CLASSES, make=None)
def test_valid_holding(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} has at most its holding limit to spend; the rest is held."""
    limits = _made(purse, purse_class)
    purse.load(limits.holding)
    same(purse.state().held, 0, "held")
    purse.load(1)
    state = purse.state()
    same((state.balance, state.held), (limits.holding, 1), "balance and held")


@case("6", over=_CLASSES, make=None, recorded=False)
def test_valid_count_out(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} makes its number of payments, and not one more: 9E05."""
    limits = _made(purse, purse_class)
    purse.fund(limits.count_out + 1)
    if conditions.free_slots(purse) <= limits.count_out + conditions.KEPT_FREE:
        raise NotRun("the log is smaller than the number of payments")
    conditions.payments_used_up(purse)
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("6", over=_CLASSES, make=None)
def test_valid_value_out(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} pays its value out, and not a fen more: 9E06."""
    limits = _made(purse, purse_class)
    purse.fund(min(limits.value_out + 1, limits.holding))
    conditions.value_out_used_up(purse)
    purse.verify_pin()
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PAY, order)


@case("6", over=_CLASSES, make=None)
def test_valid_value_in(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} earns its value in, and not a fen more: 9E06."""
    limits = _made(purse, purse_class)
    request = purse.prepare(amount=1)
    purse.earn(limits.value_in)
    payment = purse.world.person.payment(request)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, payment)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(amount=1))


@case("6", over=_CLASSES, make=None, recorded=False)
def test_valid_blocklist_age(purse: PurseUnderTest, purse_class: PurseClass) -> None:
    """A purse of class {} earns as often as its blocklist may be old, and not once more: 9E10."""
    limits = _made(purse, purse_class)
    for earned in range(limits.blocklist_age):
        if earned % _SOME == _SOME - 1:
            purse.sync()
        purse.earn(1)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, terms(amount=1))
    purse.blocklist()
    purse.earn(1)


_PUT: Final = {
    "per payment": replace(_OPEN, per_payment=70_00),
    "without PIN": replace(_OPEN, without_pin=70_00),
    "no-PIN total": replace(_OPEN, no_pin_total=70_00),
    "holding": replace(_OPEN, holding=70_00),
    "count out": replace(_OPEN, count_out=2),
    "value out": replace(_OPEN, value_out=70_00),
    "value in": replace(_OPEN, value_in=70_00),
    "blocklist age": replace(_OPEN, blocklist_age=2),
}
_REFUSALS: Final = {
    "per payment": Status.OVER_PAYMENT_LIMIT,
    "without PIN": Status.PIN_NEEDED,
    "no-PIN total": Status.NO_PIN_TOTAL_USED,
    "value out": Status.TOO_MUCH_VALUE,
}


@case("5 The factory", "6", over={name: name for name in _REFUSALS}, make=None)
def test_valid_amount_put_in_the_factory(purse: PurseUnderTest, name: str) -> None:
    """A limit put in the factory ({}) holds to the fen."""
    purse.personalise(Make(limits=_PUT[name]))
    purse.fund(200_00)
    person = purse.world.person
    over = bytes(person.request(amount=70_01))
    purse.refuses(_REFUSALS[name], Instruction.PAY, over)
    purse.pay(person.request(amount=70_00))
    purse.state()


@case("5 The factory", "6", make=None)
def test_valid_holding_put_in_the_factory(purse: PurseUnderTest) -> None:
    """The holding limit is the fourth of the values put in the factory."""
    purse.personalise(Make(limits=_PUT["holding"]))
    purse.load(70_01)
    same(purse.state().held, 1, "held")


@case("5 The factory", "6", make=None)
def test_valid_count_put_in_the_factory(purse: PurseUnderTest) -> None:
    """The count of payments is the fifth of the values put in the factory."""
    purse.personalise(Make(limits=_PUT["count out"]))
    purse.fund(100)
    conditions.payments_used_up(purse)
    order = bytes(purse.world.person.request(amount=1))
    purse.refuses(Status.TOO_MANY_PAYMENTS, Instruction.PAY, order)


@case("5 The factory", "6", make=None)
def test_valid_value_in_put_in_the_factory(purse: PurseUnderTest) -> None:
    """The value in is the seventh of the values put in the factory."""
    purse.personalise(Make(limits=_PUT["value in"]))
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(amount=70_01))
    purse.earn(70_00)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.PREPARE, terms(Kind.REFUND, 1))


@case("5 The factory", "6", make=None)
def test_valid_blocklist_age_put_in_the_factory(purse: PurseUnderTest) -> None:
    """The blocklist's age is the eighth of the values put in the factory."""
    purse.personalise(Make(limits=_PUT["blocklist age"]))
    conditions.blocklist_too_old(purse)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.PREPARE, terms())


@case("6", make=None)
def test_valid_blocklist_age_0_is_no_limit(purse: PurseUnderTest) -> None:
    """A blocklist age of 0 switches that check off."""
    purse.personalise(Make(limits=_OPEN))
    for _ in range(STANDARD[PurseClass.PERSON].blocklist_age + 1):
        purse.earn(1)
    purse.state()
