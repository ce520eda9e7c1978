"""ACCEPT: of two reasons to refuse, the first in the order of checks answers."""

from __future__ import annotations

from zerobar.conformance import conditions
from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Kind, Request
from zerobar.purse.status import Status


@case("5 ACCEPT")
def test_invalid_kind_comes_before_payee(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0C."""
    payment = purse.world.person.payment(purse.world.merchant.request(Kind.AUTHORISE))
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_kind_comes_before_settled(purse: PurseUnderTest) -> None:
    """6A80 is answered before 9E0B."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    payment = purse.world.person.payment(request, kind=Kind.UNLOAD)
    purse.refuses(Status.MALFORMED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_request_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E0C is answered before 9E0D and 9E0F."""
    forger = purse.world.newcomer().certified(by=purse.world.stranger)
    purse.blocklist(forger.id)
    payment = forger.payment(purse.world.merchant.request())
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_tag_comes_before_settled(purse: PurseUnderTest) -> None:
    """9E0C for a wrong tag is answered before 9E0B."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    payment = purse.world.person.payment(request, tag=bytes(4))
    purse.refuses(Status.REQUEST_NOT_MINE, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_settled_comes_before_certificate(purse: PurseUnderTest) -> None:
    """9E0B is answered before 9E0D, with certificate or hash."""
    request = purse.prepare()
    purse.accept(purse.world.person.payment(request))
    forger = purse.world.newcomer().certified(by=purse.world.stranger)
    purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, forger.payment(request))
    purse.refuses(Status.ALREADY_SETTLED, Instruction.ACCEPT, forger.short_payment(request))


@case("5 ACCEPT")
def test_invalid_certificate_comes_before_blocklist(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E0F."""
    forger = purse.world.newcomer().certified(by=purse.world.stranger)
    purse.blocklist(forger.id)
    payment = forger.payment(purse.prepare())
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_blocklist_comes_before_its_age(purse: PurseUnderTest) -> None:
    """9E0F is answered before 9E10."""
    payer = purse.world.newcomer()
    payment = payer.payment(purse.prepare())
    purse.blocklist(payer.id)
    conditions.blocklist_too_old(purse)
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_certificate_comes_before_blocklist_age(purse: PurseUnderTest) -> None:
    """9E0D is answered before 9E10."""
    request = conditions.blocklist_too_old(purse)
    payment = purse.world.person.certified(by=purse.world.stranger).payment(request)
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_blocklist_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E0F is answered before 9E0E."""
    payer = purse.world.newcomer()
    purse.blocklist(payer.id)
    unsigned = _unsigned(purse, purse.prepare(), bytes(payer.certificate), payer.id)
    purse.refuses(Status.PAYER_BLOCKLISTED, Instruction.ACCEPT, unsigned)


@case("5 ACCEPT")
def test_invalid_blocklist_age_comes_before_signature(purse: PurseUnderTest) -> None:
    """9E10 is answered before 9E0E."""
    request, person = conditions.blocklist_too_old(purse), purse.world.person
    unsigned = _unsigned(purse, request, bytes(person.certificate), person.id)
    purse.refuses(Status.BLOCKLIST_TOO_OLD, Instruction.ACCEPT, unsigned)
    purse.blocklist()
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, unsigned)


@case("5 ACCEPT")
def test_invalid_signature_comes_before_value_in(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E06."""
    person, request = purse.world.person, purse.prepare()
    conditions.value_in_used_up(purse)
    unsigned = _unsigned(purse, request, bytes(person.certificate), person.id)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, unsigned)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, person.payment(request))


@case("5 ACCEPT")
def test_invalid_signature_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E0E is answered before 9E09."""
    person = purse.world.person
    conditions.log_full(purse, free=3)
    request = purse.prepare()
    conditions.void_a_load(purse)
    unsigned = _unsigned(purse, request, bytes(person.certificate), person.id)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, unsigned)
    purse.refuses(Status.LOG_FULL, Instruction.ACCEPT, person.payment(request))


@case("5 ACCEPT")
def test_invalid_value_in_comes_before_log_full(purse: PurseUnderTest) -> None:
    """9E06 is answered before 9E09."""
    conditions.log_full(purse, free=3)
    request = purse.prepare()
    conditions.value_in_used_up(purse)
    payment = purse.world.person.payment(request)
    purse.refuses(Status.TOO_MUCH_VALUE, Instruction.ACCEPT, payment)


def _unsigned(
    purse: PurseUnderTest, request: Request, certificate: bytes, payer_id: bytes
) -> bytes:
    voucher = purse.world.person.voucher(request, payer_id=payer_id)
    return bytes(voucher)[:52] + bytes(64) + certificate
