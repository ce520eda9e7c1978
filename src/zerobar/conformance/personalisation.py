"""From a blank card to a purse: GENERATE KEY, PUT KEY, PUT CERTIFICATE, PUT LIMITS, FINISH."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from zerobar.conformance.case import case
from zerobar.conformance.session import PIN
from zerobar.conformance.under_test import STANDARD_KEYS, Make, PurseUnderTest, patched
from zerobar.conformance.verdicts import Nonconformity, same
from zerobar.conformance.world import CA_NUMBER, UNKNOWN_NUMBER, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import Kind, PurseClass, Role
from zerobar.purse.status import Status

_CA_KEY: Final = bytes((CA_NUMBER, Role.CA))
BAD_PINS: Final = {
    "three digits": b"123\xff\xff\xff\xff\xff",
    "a letter": b"123A\xff\xff\xff\xff",
    "a gap": b"12\xff34\xff\xff\xff",
    "padded with zeros": b"1234\x00\x00\x00\x00",
    "nothing but padding": b"\xff" * 8,
    "digits as numbers": b"\x01\x02\x03\x04\xff\xff\xff\xff",
    "a colon among digits": b"1234567:",
}


def _key_and_ca(purse: PurseUnderTest) -> None:
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    purse.ok(Instruction.PUT_KEY, _CA_KEY + public_key("certification authority"))


@case("5 The factory", make=None)
def test_valid_step_by_step(purse: PurseUnderTest) -> None:
    """The steps make a purse that has its class, its limits and its PIN."""
    purse.personalise(Make())
    purse.fund(100)
    purse.verify_pin()
    purse.pay(purse.world.person.request())
    purse.state()


@case("5 The factory", "7 The ring", make=None)
def test_valid_a_reset_between_all_steps(purse: PurseUnderTest) -> None:
    """What a step has put lasts when the power goes away before the next one."""
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    for number, (role, name) in STANDARD_KEYS.items():
        purse.contact()
        purse.ok(Instruction.PUT_KEY, bytes((number, role)) + public_key(name))
    purse.contact()
    certificate = purse.own_first_certificate()
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
    purse.contact()
    limits = replace(DEFAULT_LIMITS[PurseClass.PERSON], per_payment=777)
    purse.ok(Instruction.PUT_LIMITS, b"\x01" + bytes(limits))
    purse.contact()
    purse.ok(Instruction.FINISH, PIN)
    purse.begin(certificate, limits)
    purse.contact()
    purse.fund(1_000)
    purse.refuses(
        Status.OVER_PAYMENT_LIMIT, Instruction.PAY, bytes(purse.world.person.request(amount=778))
    )
    purse.pay(purse.world.person.request(amount=777))
    purse.state()


@case("5 The factory", over={"0": 0, "3": 3, "15": 15, "255": 255}, make=None)
def test_invalid_suite(purse: PurseUnderTest, suite: int) -> None:
    """GENERATE KEY of suite {} is refused with 6A80."""
    purse.answers(Status.MALFORMED, Instruction.GENERATE_KEY, bytes((suite,)))


@case("5 The factory", make=None)
def test_valid_key_again(purse: PurseUnderTest) -> None:
    """GENERATE KEY again gives another key, and what was certified is forgotten."""
    _key_and_ca(purse)
    old, certificate = purse.public_key, purse.own_first_certificate()
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
    purse.ok(Instruction.GENERATE_KEY, b"\x01")
    if purse.public_key == old:
        raise Nonconformity("GENERATE KEY gave the same key twice")
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.FINISH, PIN)
    purse.answers(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, bytes(certificate))
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(purse.own_first_certificate()))
    purse.ok(Instruction.FINISH, PIN)


@case("5 The factory", over={"0": 0, "5": 5, "255": 255}, make=None)
def test_invalid_role(purse: PurseUnderTest, role: int) -> None:
    """PUT KEY for role {} is refused with 6A80."""
    data = bytes((UNKNOWN_NUMBER, role)) + public_key("stranger")
    purse.answers(Status.MALFORMED, Instruction.PUT_KEY, data)


@case("5 The factory", "4 KEY UPDATE", make=None)
def test_invalid_ninth_key(purse: PurseUnderTest) -> None:
    """PUT KEY of a ninth number is refused with 6A84: the table holds eight."""
    for number in range(8):
        purse.ok(Instruction.PUT_KEY, bytes((number, Role.CA)) + public_key("stranger"))
    ninth = bytes((8, Role.CA)) + public_key("stranger")
    purse.answers(Status.NO_SPACE, Instruction.PUT_KEY, ninth)
    malformed = bytes((8, 9)) + public_key("stranger")
    purse.answers(Status.MALFORMED, Instruction.PUT_KEY, malformed)


@case("5 The factory", make=None)
def test_invalid_certificate_before_key(purse: PurseUnderTest) -> None:
    """PUT CERTIFICATE before GENERATE KEY is refused with 6985."""
    purse.ok(Instruction.PUT_KEY, _CA_KEY + public_key("certification authority"))
    certificate = bytes(purse.world.person.certificate)
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.PUT_CERTIFICATE, certificate)


_BAD_CERTIFICATES: Final[dict[str, dict[str, Any]]] = {
    "for another key": {"public_key": public_key("person")},
    "by an unknown CA": {"key_number": UNKNOWN_NUMBER},
    "by a key that is no CA": {"key_number": 1},
    "of a hosted payee": {"purse_class": PurseClass.SERVICE},
    "of an operator": {"purse_class": PurseClass.OPERATOR},
    "of class 0": {"purse_class": 0},
    "of class 5": {"purse_class": 5},
}


@case("5 The factory", over=_BAD_CERTIFICATES, make=None)
def test_invalid_certificate(purse: PurseUnderTest, changes: dict[str, Any]) -> None:
    """PUT CERTIFICATE of a certificate {} is refused with 9E0D."""
    _key_and_ca(purse)
    purse.ok(Instruction.PUT_KEY, bytes((1, Role.ROOT)) + public_key("certification authority"))
    good = purse.own_first_certificate()
    bad = replace(good, **changes).signed(purse.world.ca.sign)
    purse.answers(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, bytes(bad))
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.FINISH, PIN)
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(good))


@case("5 The factory", make=None)
def test_invalid_certificate_signature(purse: PurseUnderTest) -> None:
    """PUT CERTIFICATE of a certificate that a stranger signed is refused with 9E0D."""
    _key_and_ca(purse)
    forged = purse.own_first_certificate().signed(purse.world.stranger.sign)
    purse.answers(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, bytes(forged))
    unsigned = patched(bytes(forged), 73, bytes(64))
    purse.answers(Status.CERTIFICATE_REFUSED, Instruction.PUT_CERTIFICATE, unsigned)


@case("5 The factory", make=None)
def test_valid_certificate_again(purse: PurseUnderTest) -> None:
    """In the factory a certificate can be put twice."""
    _key_and_ca(purse)
    certificate = bytes(purse.own_first_certificate())
    purse.ok(Instruction.PUT_CERTIFICATE, certificate)
    purse.ok(Instruction.PUT_CERTIFICATE, certificate)
    purse.ok(Instruction.FINISH, PIN)


@case("5 The factory", "6", over={f"{c:02X}": c for c in (0x00, 0x04, 0x0F, 0xFF)}, make=None)
def test_invalid_class_of_limits(purse: PurseUnderTest, purse_class: int) -> None:
    """PUT LIMITS for class {} is refused with 6A80."""
    limits = bytes((purse_class,)) + bytes(DEFAULT_LIMITS[PurseClass.PERSON])
    purse.answers(Status.MALFORMED, Instruction.PUT_LIMITS, limits)


@case("5 The factory", "6", make=None)
def test_valid_limits_of_another_class(purse: PurseUnderTest) -> None:
    """Limits put for another class leave those of the own class as they are."""
    low = replace(DEFAULT_LIMITS[PurseClass.MERCHANT], per_payment=1)
    purse.ok(Instruction.PUT_LIMITS, bytes((PurseClass.MERCHANT,)) + bytes(low))
    purse.personalise(Make())
    purse.fund(200)
    purse.pay(purse.world.person.request(amount=200))


@case("5 The factory", make=None)
def test_invalid_finish_without_key(purse: PurseUnderTest) -> None:
    """FINISH without key or certificate is refused with 6985."""
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.FINISH, PIN)
    _key_and_ca(purse)
    purse.answers(Status.CONDITIONS_NOT_SATISFIED, Instruction.FINISH, PIN)


@case("5 The factory", over=BAD_PINS, make=None)
def test_invalid_first_pin(purse: PurseUnderTest, pin: bytes) -> None:
    """FINISH with a PIN of {} is refused with 6A80."""
    _key_and_ca(purse)
    certificate = purse.own_first_certificate()
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
    purse.answers(Status.MALFORMED, Instruction.FINISH, pin)
    purse.ok(Instruction.FINISH, PIN)
    purse.begin(certificate)
    purse.verify_pin()


@case(
    "5 The factory", over={"4 digits": b"0000\xff\xff\xff\xff", "8 digits": b"98765432"}, make=None
)
def test_valid_first_pin(purse: PurseUnderTest, pin: bytes) -> None:
    """A PIN of {} can be set and verified."""
    _key_and_ca(purse)
    certificate = purse.own_first_certificate()
    purse.ok(Instruction.PUT_CERTIFICATE, bytes(certificate))
    purse.ok(Instruction.FINISH, pin)
    purse.begin(certificate)
    purse.pin = pin
    purse.verify_pin()
    purse.answers(0x63C2, Instruction.VERIFY, b"1111\xff\xff\xff\xff")


@case("5 The factory", "7 The ring", make=None)
def test_valid_a_new_purse_is_empty(purse: PurseUnderTest) -> None:
    """A new purse holds nothing, has no entries and no requests; its chain is zeros."""
    purse.personalise(Make())
    state = purse.state()
    same((state.balance, state.held, state.entry, state.number), (0, 0, 0, 0), "a new purse")
    same(state.chain, bytes(16), "chain")
    purse.answers(Status.ENTRY_NOT_IN_LOG, Instruction.READ_LOG, bytes(4))
    purse.refuses(
        Status.INSUFFICIENT_BALANCE, Instruction.PAY, bytes(purse.world.person.request(amount=1))
    )
    purse.load(1)
    same(purse.prepare(Kind.PAYMENT).number, 2, "number of the second request")


@case("5 The factory", make=None)
def test_invalid_key_of_zeros(purse: PurseUnderTest) -> None:
    """PUT KEY of a key of zeros is refused with 6A80: zeros stand for a deleted key."""
    data = bytes((UNKNOWN_NUMBER, Role.CA)) + bytes(64)
    purse.answers(Status.MALFORMED, Instruction.PUT_KEY, data)


@case("5 The factory", "4 CERTIFICATE", over={"type 2": 0x21, "suite 15": 0x1F}, make=None)
def test_invalid_form_of_certificate(purse: PurseUnderTest, head: int) -> None:
    """PUT CERTIFICATE of a certificate of {} is refused with 6A80."""
    _key_and_ca(purse)
    bad = replace(purse.own_first_certificate(), head=head).signed(purse.world.ca.sign)
    purse.answers(Status.MALFORMED, Instruction.PUT_CERTIFICATE, bytes(bad))
