"""The time floor and the own certificate's last day."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import SECONDS_PER_DAY, Kind
from zerobar.purse.status import Status


def _move(purse: PurseUnderTest, time: int) -> None:
    purse.sync(entry=purse.mirror.base, time=time)


@case("6", "5 PAY")
def test_invalid_day_after_the_last(purse: PurseUnderTest) -> None:
    """To the last second of its last day a purse pays, a second later it is refused: 9E07."""
    purse.fund(200)
    person = purse.world.person
    end = (purse.own_certificate.not_after_day + 1) * SECONDS_PER_DAY
    _move(purse, end - 1)
    purse.pay(person.request())
    _move(purse, end)
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, bytes(person.request()))


@case("6", "10.14", over={"PUSH": Kind.PUSH, "AUTHORISE": Kind.AUTHORISE, "REFUND": Kind.REFUND})
def test_invalid_expired_purse(purse: PurseUnderTest, kind: Kind) -> None:
    """An expired purse is refused a {} with 9E07, with PIN too."""
    purse.fund(200)
    conditions.expired(purse)
    service = purse.world.service
    purse.verify_pin()
    if kind is Kind.PUSH:
        order = bytes(service.push_order())
    else:
        order = service.sign_request(service.request(kind))
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)


@case("6", "10.14", over={"PUSH": Kind.PUSH, "AUTHORISE": Kind.AUTHORISE, "REFUND": Kind.REFUND})
def test_invalid_blocked_purse(purse: PurseUnderTest, kind: Kind) -> None:
    """A blocked purse is refused a {} with 9E08, with PIN too."""
    purse.fund(200)
    conditions.blocked(purse)
    service = purse.world.service
    purse.verify_pin()
    if kind is Kind.PUSH:
        order = bytes(service.push_order())
    else:
        order = service.sign_request(service.request(kind))
    purse.refuses(Status.PURSE_BLOCKED, Instruction.PAY, order)


@case("5 SYNC ACK", "11")
def test_valid_only_the_operator_moves_the_time(purse: PurseUnderTest) -> None:
    """Neither a payer's dates, nor a terminal's time, nor a refused SYNC ACK move the floor."""
    purse.fund(300)
    far = purse.own_certificate.not_after_day + 1_000
    payer = purse.world.newcomer().certified(not_before_day=far)
    purse.accept(payer.payment(purse.prepare()))
    purse.pay(purse.world.service.push_order(time=b"\xff\xff\xff\xff"))
    purse.state()
    forged = purse.ack(by=purse.world.stranger, time=far * SECONDS_PER_DAY)
    purse.answers(Status.SIGNATURE_REFUSED, Instruction.SYNC_ACK, forged)
    purse.pay(purse.world.person.request())


@case("5 SYNC ACK", "10.13")
def test_valid_floor_lasts_over_a_reset(purse: PurseUnderTest) -> None:
    """The time floor stays where it is over a reset."""
    purse.fund(100)
    conditions.expired(purse)
    purse.contact()
    order = bytes(purse.world.person.request())
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)
