"""Limits that a SYNC ACK overrides: per payment, without PIN, holding."""

from __future__ import annotations

from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.verdicts import same
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status


@case("4 SYNC ACK", "6")
def test_valid_per_payment(purse: PurseUnderTest) -> None:
    """An overridden limit per payment holds to the fen, and after a reset."""
    purse.fund(10_000)
    purse.sync(per_payment=5_000)
    purse.contact()
    person = purse.world.person
    over = bytes(person.request(amount=5_001))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    purse.pay(person.request(amount=5_000))


@case("4 SYNC ACK", "6")
def test_valid_higher_per_payment(purse: PurseUnderTest) -> None:
    """A limit per payment can be raised above the class's."""
    limit = purse.limits.per_payment + 10_000
    purse.fund(limit)
    purse.sync(per_payment=limit)
    purse.verify_pin()
    person = purse.world.person
    over = bytes(person.request(amount=limit + 1))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    purse.pay(person.request(amount=limit))


@case("4 SYNC ACK", "6")
def test_valid_without_pin(purse: PurseUnderTest) -> None:
    """An overridden limit without PIN holds to the fen; 0 asks for the PIN always."""
    purse.fund(10_000)
    person = purse.world.person
    purse.sync(without_pin=5_000)
    over = bytes(person.request(amount=5_001))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, over)
    purse.pay(person.request(amount=4_000))
    purse.sync(without_pin=0)
    one = bytes(person.request(amount=1))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, one)
    purse.verify_pin()
    purse.pay(one)


@case("4 SYNC ACK", "6")
def test_valid_holding(purse: PurseUnderTest) -> None:
    """An overridden holding limit splits the next credit; the balance itself stays."""
    purse.fund(10_000)
    purse.sync(holding=4_000)
    same(purse.state().balance, 10_000, "balance")
    purse.earn(100)
    state = purse.state()
    same((state.balance, state.held), (10_000, 100), "balance and held")
    purse.unload(7_100)
    purse.earn(1_500)
    state = purse.state()
    same((state.balance, state.held), (4_000, 500), "balance and held")
    purse.sync(holding=200_000)
    purse.load(150_000)
    state = purse.state()
    same((state.balance, state.held), (154_000, 500), "balance and held")


@case("4 SYNC ACK", "6")
def test_valid_keep(purse: PurseUnderTest) -> None:
    """FFFFFFFF keeps what is in force, overridden or not."""
    purse.fund(10_000)
    purse.sync(per_payment=5_000, without_pin=1_000)
    purse.sync()
    purse.sync(holding=50_000)
    person = purse.world.person
    over = bytes(person.request(amount=5_001))
    purse.refuses(Status.OVER_PAYMENT_LIMIT, Instruction.PAY, over)
    large = bytes(person.request(amount=1_001))
    purse.refuses(Status.PIN_NEEDED, Instruction.PAY, large)
    purse.pay(person.request(amount=1_000))


@case("4 SYNC ACK", "6")
def test_invalid_refused_acknowledgement_overrides_nothing(purse: PurseUnderTest) -> None:
    """A SYNC ACK that is refused changes no limit."""
    purse.fund(10_000)
    purse.state()
    forged = purse.ack(by=purse.world.stranger, per_payment=1, without_pin=0)
    purse.answers(Status.SIGNATURE_REFUSED, Instruction.SYNC_ACK, forged)
    purse.pay(purse.world.person.request(amount=10_000))
