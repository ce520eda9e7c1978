"""PAY of a signed request: the payee's certificate and signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from zerobar.conformance.case import case
from zerobar.conformance.conditions import move_floor
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.world import (
    UNKNOWN_NUMBER,
    Counterpart,
    World,
    public_key,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.status import Status

_Payee = Callable[[World], Counterpart]
_PAYEES: Final[dict[str, _Payee]] = {
    "person": lambda world: world.person,
    "anonymous person": lambda world: world.anonymous,
    "merchant": lambda world: world.merchant,
    "service": lambda world: world.service,
}


@case("5 PAY", "4 REQUEST", over=_PAYEES, antenna=True)
def test_valid_payee(purse: PurseUnderTest, payee: _Payee) -> None:
    """The signed request of a certified {} is paid, on both interfaces."""
    purse.fund(200)
    certified = payee(purse.world)
    purse.pay(certified.sign_request(certified.request()))
    purse.contactless()
    purse.pay(certified.sign_request(certified.request(Kind.REFUND)))
    purse.state()


_BAD_CERTIFICATES: Final[dict[str, dict[str, Any]]] = {
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by the root key": {"key_number": 1},
    "by the sync key": {"key_number": 3},
    "by the operator's purse": {"key_number": 4},
    "of another currency": {"currency": 840},
    "of another purse": {"public_key": public_key("person")},
    "of another type": {"head": 0x21},
    "of suite 0": {"head": 0x10},
    "of suite 15": {"head": 0x1F},
}


@case("5 PAY", "5 Certificates", over=_BAD_CERTIFICATES)
def test_invalid_certificate(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A signed request with a certificate {} is refused with 9E0D."""
    purse.fund(100)
    merchant = purse.world.merchant
    bad = merchant.presenting(merchant.certified(**changes).certificate)
    order = bad.sign_request(bad.request())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


_ROLES: Final = {"root": 1, "sync": 3, "operator purse": 4}


@case("5 PAY", "4 KEY UPDATE", over=_ROLES)
def test_invalid_signer_of_certificate(purse: PurseUnderTest, number: int) -> None:
    """A certificate that the {} key signed under its own number is refused with 9E0D."""
    purse.fund(100)
    name = next(name for name, found in _ROLES.items() if found == number)
    forger = purse.world.merchant.certified(by=purse.world.signer(name), key_number=number)
    order = forger.sign_request(forger.request())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


@case("5 PAY", "5 Certificates")
def test_invalid_certificate_signature(purse: PurseUnderTest) -> None:
    """A certificate that a stranger signed, or whose signature is zeros, is refused with 9E0D."""
    purse.fund(100)
    forger = purse.world.merchant.certified(by=purse.world.stranger)
    order = forger.sign_request(forger.request())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)
    unsigned = patched(order, 233 - 64, bytes(64))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, unsigned)


@case("5 PAY", "4 REQUEST")
def test_invalid_signature(purse: PurseUnderTest) -> None:
    """A request signed by another key, or over another request, is refused with 9E0E."""
    purse.fund(300)
    merchant, person = purse.world.merchant, purse.world.person
    request = merchant.request()
    certificate = bytes(merchant.certificate)
    by_other = bytes(request) + person.signer.sign(bytes(request)) + certificate
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, by_other)
    over_other = bytes(request) + merchant.signer.sign(bytes(merchant.request())) + certificate
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, over_other)
    purse.pay(merchant.sign_request(request))


@case("5 PAY", "6", "11")
def test_invalid_certificate_expired(purse: PurseUnderTest) -> None:
    """A payee's certificate is good on its last day, and refused with 9E0D the day after."""
    purse.fund(200)
    day = purse.mirror.floor_day + 3
    last = purse.world.merchant.certified(not_after_day=day)
    gone = purse.world.merchant.certified(not_after_day=day - 1)
    move_floor(purse, day)
    purse.pay(last.sign_request(last.request()))
    order = gone.sign_request(gone.request())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.PAY, order)


@case("5 PAY", "5 SYNC ACK")
def test_valid_certificate_from_the_future(purse: PurseUnderTest) -> None:
    """A payee's *not before* is not checked: a card has no clock."""
    purse.fund(100)
    early = purse.world.merchant.certified(not_before_day=purse.mirror.floor_day + 1_000)
    purse.pay(early.sign_request(early.request()))


@case("5 PAY", "5 Certificates")
def test_invalid_key_off_the_curve(purse: PurseUnderTest) -> None:
    """A request under a certified key that is no point on the curve is refused with 9E0E."""
    purse.fund(100)
    off_curve = patched(public_key("merchant"), 63, b"\x00")
    bad = purse.world.merchant.certified(public_key=off_curve)
    order = bad.sign_request(bad.request())
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.PAY, order)


@case("5 PAY", "9")
def test_valid_plain_request_of_anyone(purse: PurseUnderTest) -> None:
    """A plain request names any payee: only who has that id can be credited."""
    purse.fund(100)
    purse.pay(purse.world.newcomer(PurseClass.MERCHANT).request(payee_id=b"nobody's"))
    purse.state()
