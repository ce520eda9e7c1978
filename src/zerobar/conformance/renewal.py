"""A certificate renewed while the purse is in use."""

from __future__ import annotations

from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.verdicts import same
from zerobar.conformance.world import UNKNOWN_NUMBER, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import SECONDS_PER_DAY, PurseClass
from zerobar.purse.status import Status

_BAD_RENEWALS: Final[dict[str, dict[str, Any]]] = {
    "for another key": {"public_key": public_key("person")},
    "of another class": {"purse_class": PurseClass.MERCHANT},
    "of another currency": {"currency": 840},
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by a key that is no CA": {"key_number": 3},
}


@case("5 The factory", antenna=True)
def test_valid_renewal(purse: PurseUnderTest) -> None:
    """A later certificate of the same key takes the old one's place at once, on any interface."""
    purse.fund(300)
    voucher = purse.pay(purse.world.person.request())
    purse.contactless()
    renewed = purse.renewal()
    purse.ok(Instruction.PUT_CERTIFICATE, renewed)
    purse.contact()
    same(purse.ok(Instruction.GET_CERTIFICATE), renewed, "CERTIFICATE")
    purse.ok(Instruction.GET_VOUCHER, voucher.entry.to_bytes(4))
    purse.pay(purse.world.person.request())
    purse.state()


@case("5 The factory")
def test_valid_renewal_again(purse: PurseUnderTest) -> None:
    """The same renewal again is answered with 9000."""
    renewed = purse.renewal()
    purse.ok(Instruction.PUT_CERTIFICATE, renewed)
    purse.ok(Instruction.PUT_CERTIFICATE, renewed)
    same(purse.ok(Instruction.GET_CERTIFICATE), renewed, "CERTIFICATE")


@case("5 The factory")
def test_valid_stored_certificate_again(purse: PurseUnderTest) -> None:
    """The stored certificate itself is answered with 9000."""
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(purse.own_certificate))
    purse.state()


@case("5 The factory", over=_BAD_RENEWALS)
def test_invalid_renewal(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A renewal {} is refused with 9E0D, and the old certificate stays."""
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, purse.renewal(**changes))
    purse.ok(Instruction.GET_CERTIFICATE)


@case("5 The factory", over={"the same day": 0, "the day before": -1})
def test_invalid_renewal_not_later(purse: PurseUnderTest, days: int) -> None:
    """A renewal that begins {} as the stored one is refused with 9E0D."""
    first = purse.own_certificate.not_before_day + days
    raw = purse.renewal(not_before_day=first, not_after_day=0xF000)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, raw)


@case("5 The factory")
def test_invalid_renewal_signature(purse: PurseUnderTest) -> None:
    """A renewal that a stranger signed, or nobody, is refused with 9E0D."""
    forged = purse.renewal(by=purse.world.stranger)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, forged)
    unsigned = patched(forged, 73, bytes(64))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, unsigned)


@case("5 The factory", "6")
def test_valid_renewal_ends_expiry(purse: PurseUnderTest) -> None:
    """An expired purse that gets a later certificate pays again."""
    purse.fund(100)
    conditions.expired(purse)
    order = bytes(purse.world.person.request())
    purse.refuses(Status.CERTIFICATE_EXPIRED, Instruction.PAY, order)
    purse.ok(Instruction.PUT_CERTIFICATE, purse.renewal())
    purse.pay(order)


@case("5 The factory", "5 SYNC ACK", "10.13")
def test_valid_renewal_moves_the_time_floor(purse: PurseUnderTest) -> None:
    """The time floor is not before the own certificate: an older SYNC ACK is refused."""
    first = purse.mirror.floor_day + 10
    renewed = purse.renewal(not_before_day=first, not_after_day=first + 99)
    purse.ok(Instruction.PUT_CERTIFICATE, renewed)
    purse.state()
    early = purse.ack(time=first * SECONDS_PER_DAY - 1)
    purse.answers(Status.MALFORMED, Instruction.SYNC_ACK, early)
    purse.ok(Instruction.SYNC_ACK, purse.ack(time=first * SECONDS_PER_DAY))
