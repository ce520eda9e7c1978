"""ACCEPT by the hash of a certificate seen before: a cache of 16."""

from __future__ import annotations

from typing import Final

from zerobar.conformance.case import case
from zerobar.conformance.under_test import PurseUnderTest
from zerobar.conformance.world import Counterpart, public_key
from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import Role
from zerobar.purse.status import Status

_SIZE: Final = 16


def _met(purse: PurseUnderTest) -> Counterpart:
    """Return a payer whose certificate the purse has just taken in."""
    payer = purse.world.newcomer()
    purse.accept(payer.payment(purse.prepare(amount=1)))
    return payer


def _refuses_hash(purse: PurseUnderTest, payer: Counterpart) -> None:
    payment = payer.short_payment(purse.prepare(amount=1))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payment)


def _takes_hash(purse: PurseUnderTest, payer: Counterpart) -> None:
    purse.accept(payer.short_payment(purse.prepare(amount=1)))


@case("5 ACCEPT", antenna=True)
def test_valid_hash_of_a_known_certificate(purse: PurseUnderTest) -> None:
    """A payer met once may send the hash of its certificate, on any interface."""
    payer = _met(purse)
    _takes_hash(purse, payer)
    purse.contactless()
    _takes_hash(purse, payer)
    purse.accept(payer.payment(purse.prepare()))
    purse.state()


@case("5 ACCEPT")
def test_valid_repeat_in_the_other_form(purse: PurseUnderTest) -> None:
    """A voucher credited in full is repeated by hash, and the other way round."""
    payer = _met(purse)
    voucher = bytes(payer.voucher(purse.prepare()))
    purse.accept(voucher + payer.certificate_hash)
    purse.repeats(Instruction.ACCEPT, voucher + bytes(payer.certificate))
    purse.repeats(Instruction.ACCEPT, voucher + payer.certificate_hash)


@case("5 ACCEPT")
def test_invalid_unknown_hash(purse: PurseUnderTest) -> None:
    """The hash of a certificate never seen is refused with 9E0D; then the full form is taken."""
    payer = purse.world.newcomer()
    request = purse.prepare()
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, payer.short_payment(request))
    purse.accept(payer.payment(request))


@case("5 ACCEPT")
def test_invalid_hash_of_a_refused_certificate(purse: PurseUnderTest) -> None:
    """A certificate whose voucher was refused is not taken in."""
    forger = purse.world.newcomer().certified(by=purse.world.stranger)
    request = purse.prepare()
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, forger.payment(request))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, forger.short_payment(request))


@case("5 ACCEPT")
def test_invalid_hash_of_another_payer(purse: PurseUnderTest) -> None:
    """The hash of another payer's known certificate is refused with 9E0D."""
    payer, other = _met(purse), _met(purse)
    voucher = bytes(payer.voucher(purse.prepare()))
    purse.refuses(Status.CERTIFICATE_REFUSED, Instruction.ACCEPT, voucher + other.certificate_hash)


@case("5 ACCEPT")
def test_invalid_signature_by_hash(purse: PurseUnderTest) -> None:
    """A voucher by hash is verified like any other: 9E0E."""
    payer = _met(purse)
    voucher = payer.voucher(purse.prepare()).signed(purse.world.stranger.sign)
    payment = bytes(voucher) + payer.certificate_hash
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.ACCEPT, payment)


@case("5 ACCEPT")
def test_invalid_seventeenth_certificate_pushes_out_the_first(purse: PurseUnderTest) -> None:
    """The cache holds 16 certificates; the 17th takes the place of the first, used or not."""
    payers = [_met(purse) for _ in range(_SIZE)]
    _takes_hash(purse, payers[0])
    payers.append(_met(purse))
    _refuses_hash(purse, payers[0])
    _takes_hash(purse, payers[1])
    _takes_hash(purse, payers[_SIZE])


@case("4 KEY UPDATE", "5 ACCEPT")
def test_invalid_hash_after_key_update(purse: PurseUnderTest) -> None:
    """A KEY UPDATE that is applied clears the cache, whatever key it is about."""
    payer = _met(purse)
    update = purse.key_update(5, Role.CA, public_key("second authority"))
    purse.ok(Instruction.KEY_UPDATE, update)
    _refuses_hash(purse, payer)
    purse.accept(payer.payment(purse.prepare()))
    purse.ok(Instruction.KEY_UPDATE, update)
    _takes_hash(purse, payer)


@case("4 KEY UPDATE", "5 ACCEPT")
def test_valid_refused_key_update_leaves_the_cache(purse: PurseUnderTest) -> None:
    """A KEY UPDATE that is refused leaves the cache as it was."""
    payer = _met(purse)
    forged = purse.key_update(5, Role.CA, public_key("second authority"), by=purse.world.stranger)
    purse.refuses(Status.SIGNATURE_REFUSED, Instruction.KEY_UPDATE, forged)
    _takes_hash(purse, payer)
