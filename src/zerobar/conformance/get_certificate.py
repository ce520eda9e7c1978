"""GET CERTIFICATE: by contact, with PIN, or once a request was prepared."""

from __future__ import annotations

from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest, terms
from zerobar.purse.apdu import Instruction
from zerobar.purse.status import Status


@case("5 What every command passes first")
def test_valid_by_contact(purse: PurseUnderTest) -> None:
    """By contact the certificate is given to anyone."""
    purse.ok(Instruction.GET_CERTIFICATE)


@case("5 What every command passes first", antenna=True)
def test_valid_with_pin(purse: PurseUnderTest) -> None:
    """In a field the certificate is given once the PIN is verified."""
    purse.contactless()
    purse.verify_pin()
    purse.ok(Instruction.GET_CERTIFICATE)


@case("5 What every command passes first", antenna=True)
def test_valid_after_prepare(purse: PurseUnderTest) -> None:
    """In a field the certificate is given once a request was prepared in this session."""
    purse.contactless()
    purse.prepare()
    purse.ok(Instruction.GET_CERTIFICATE)


@case("5 What every command passes first", "11", antenna=True)
def test_invalid_in_a_field(purse: PurseUnderTest) -> None:
    """In a field the certificate is refused with 9E03: a stranger learns nothing."""
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.GET_CERTIFICATE)


@case("5 What every command passes first", antenna=True)
def test_invalid_after_another_session(purse: PurseUnderTest) -> None:
    """What an earlier session prepared or verified gives no right to the certificate."""
    purse.contactless()
    purse.verify_pin()
    purse.prepare()
    purse.select()
    purse.refuses(Status.PIN_NEEDED, Instruction.GET_CERTIFICATE)
    purse.contactless()
    purse.refuses(Status.PIN_NEEDED, Instruction.GET_CERTIFICATE)


@case("5 What every command passes first", antenna=True)
def test_invalid_after_refused_prepare(purse: PurseUnderTest) -> None:
    """A PREPARE that was refused gives no right to the certificate."""
    purse.contactless()
    purse.answers(Status.MALFORMED, Instruction.PREPARE, terms(amount=0))
    purse.refuses(Status.PIN_NEEDED, Instruction.GET_CERTIFICATE)
