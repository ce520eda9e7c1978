"""ACCEPT: who may pay - certificates, classes, loads, the blocklist, expiry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.conditions import GRACE_DAYS, move_floor
from zerobar.conformance.under_test import PurseUnderTest, patched
from zerobar.conformance.world import (
    OPERATOR_NUMBER,
    UNKNOWN_NUMBER,
    Counterpart,
    World,
    public_key,
)
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, PurseClass, Role
from zerobar.purse.status import Status

_Payer = Callable[[World], Counterpart]
_PAYERS: Final[dict[str, _Payer]] = {
    "person": lambda world: world.person,
    "anonymous person": lambda world: world.anonymous,
    "merchant": lambda world: world.merchant,
    "operator": lambda world: world.other_bank,
}
_BAD_CERTIFICATES: Final[dict[str, dict[str, Any]]] = {
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by the root key": {"key_number": 1},
    "by the sync key": {"key_number": 3},
    "by the operator's purse": {"key_number": 4},
    "of another currency": {"currency": 840},
    "of another purse": {"public_key": public_key("merchant")},
    "of another type": {"head": 0x31},
    "of suite 0": {"head": 0x10},
    "of suite 15": {"head": 0x1F},
    "of class 0": {"purse_class": 0},
    "of class 4, a hosted payee": {"purse_class": PurseClass.SERVICE},
    "of class 5": {"purse_class": 5},
    "of class 255": {"purse_class": 255},
}


@case("5 ACCEPT", "5 Certificates", over=_PAYERS)
def test_valid_payer(purse: PurseUnderTest, payer: _Payer) -> None:
    """The payment and the refund of a certified {} are credited."""
    for kind in (Kind.PAYMENT, Kind.REFUND):
        purse.accept(payer(purse.world).payment(purse.prepare(kind)))
    purse.state()


@case("5 ACCEPT", "5 Certificates", over=_BAD_CERTIFICATES)
def test_invalid_certificate(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """A voucher with a certificate {} is refused with 9E0D."""
    person = purse.world.person
    payer = person.presenting(person.certified(**changes).certificate)
    payment = payer.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


_ROLES: Final = {"root": 1, "sync": 3, "operator purse": 4}


@case("5 ACCEPT", "4 KEY UPDATE", over=_ROLES)
def test_invalid_signer_of_certificate(purse: PurseUnderTest, number: int) -> None:
    """A certificate that the {} key signed under its own number is refused with 9E0D."""
    name = next(name for name, found in _ROLES.items() if found == number)
    forger = purse.world.person.certified(by=purse.world.signer(name), key_number=number)
    payment = forger.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT", "5 Certificates")
def test_invalid_certificate_signature(purse: PurseUnderTest) -> None:
    """A certificate that a stranger signed, or nobody, is refused with 9E0D."""
    forger = purse.world.person.certified(by=purse.world.stranger)
    payment = forger.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)
    unsigned = patched(payment, 253 - 64, bytes(64))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, unsigned)


@case("5 ACCEPT", "11")
def test_invalid_key_off_the_curve(purse: PurseUnderTest) -> None:
    """A voucher under a certified key that is no point on the curve is refused with 9E0E."""
    off_curve = patched(public_key("person"), 63, b"\x00")
    bad = purse.world.person.certified(public_key=off_curve)
    payment = bad.payment(purse.prepare())
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT", "4 KEY UPDATE", over=_PAYERS)
def test_invalid_load_by_anyone_else(purse: PurseUnderTest, payer: _Payer) -> None:
    """A load that comes from a {} whose id is no key of role 4 is refused with 9E0D."""
    payment = payer(purse.world).payment(purse.prepare(Kind.LOAD))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_load_with_another_class(purse: PurseUnderTest) -> None:
    """A load of the operator's own key under a certificate of another class is 9E0D."""
    for purse_class in (PurseClass.PERSON, PurseClass.MERCHANT):
        bank = purse.world.bank.certified(purse_class=purse_class)
        payment = bank.payment(purse.prepare(Kind.LOAD))
        purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT", "4 KEY UPDATE")
def test_invalid_load_of_a_deleted_key(purse: PurseUnderTest) -> None:
    """Once the operator's key is deleted its loads are refused with 9E0D, its payments not."""
    purse.update_key(OPERATOR_NUMBER, Role.OPERATOR_PURSE, bytes(64))
    bank = purse.world.bank
    load = bank.payment(purse.prepare(Kind.LOAD))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, load)
    purse.accept(bank.payment(purse.prepare()))
    purse.update_key(OPERATOR_NUMBER, Role.OPERATOR_PURSE, bank.signer.public_key)
    purse.accept(load)


@case("5 ACCEPT", "4 BLOCKLIST DELTA")
def test_invalid_blocked_payer(purse: PurseUnderTest) -> None:
    """A payer on the blocklist is refused with 9E0F, in full or by hash; others are not."""
    payer = purse.world.newcomer()
    request = purse.prepare()
    purse.accept(payer.payment(purse.prepare()))
    purse.blocklist(payer.id)
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, payer.payment(request))
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, payer.short_payment(request))
    purse.accept(purse.world.person.payment(request))


@case("5 ACCEPT", "4 BLOCKLIST DELTA", over=_PAYERS)
def test_invalid_blocked_class(purse: PurseUnderTest, payer: _Payer) -> None:
    """Once its class is on the blocklist a {} is refused with 9E0F, in full or by hash."""
    listed = payer(purse.world)
    purse.accept(listed.payment(purse.prepare()))
    conditions.class_listed(purse, listed)
    request = purse.prepare()
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, listed.payment(request))
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, listed.short_payment(request))
    others = (other(purse.world) for other in _PAYERS.values() if other is not payer)
    purse.accept(next(others).payment(request))


@case("5 ACCEPT", "4 BLOCKLIST DELTA")
def test_invalid_load_of_a_blocked_operator(purse: PurseUnderTest) -> None:
    """A load is held to the blocklist too."""
    bank = purse.world.bank.certified(not_after_day=60_001)
    request = purse.prepare(Kind.LOAD)
    conditions.class_listed(purse, bank)
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, bank.payment(request))


@case("6", "5 SYNC ACK")
def test_invalid_expired_payer(purse: PurseUnderTest) -> None:
    """A payer is credited for 30 days after its last, and refused with 9E0D on the 31st."""
    day = purse.mirror.floor_day + 3
    good = purse.world.newcomer().certified(not_after_day=day - GRACE_DAYS)
    gone = purse.world.newcomer().certified(not_after_day=day - GRACE_DAYS - 1)
    move_floor(purse, day)
    purse.accept(good.payment(purse.prepare()))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, gone.payment(purse.prepare()))


@case("6", "5 ACCEPT")
def test_invalid_expired_payer_by_hash(purse: PurseUnderTest) -> None:
    """A payer whose certificate is cached is held to its expiry all the same."""
    day = purse.mirror.floor_day
    payer = purse.world.newcomer().certified(not_after_day=day - GRACE_DAYS)
    purse.accept(payer.payment(purse.prepare()))
    request = purse.prepare()
    move_floor(purse, day + 1)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payer.short_payment(request))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payer.payment(request))


@case("5 SYNC ACK")
def test_valid_payer_from_the_future(purse: PurseUnderTest) -> None:
    """A payer's *not before* is not checked: a card has no clock."""
    early = purse.world.newcomer().certified(not_before_day=purse.mirror.floor_day + 1_000)
    purse.accept(early.payment(purse.prepare()))
