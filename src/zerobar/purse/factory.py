"""Personalisation: from a blank purse to an active one, once and for ever; and renewal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from zerobar.purse.contents import NO_KEY, Identity, Key, OwnCertificate
from zerobar.purse.limits import Limits
from zerobar.purse.messages import Certificate, PurseClass, Role
from zerobar.purse.pin import MAX_TRIES
from zerobar.purse.purse import ACTIVE, PURSE_CLASSES, Purse, refuse_if
from zerobar.purse.status import Status
from zerobar.purse.suites import (
    KEY_SEED_LENGTH,
    PRIVATE_KEY_LENGTH,
    Suite,
    UnknownSuite,
    suite_of,
)
from zerobar.purse.syncing import put_key
from zerobar.purse.wire import FormError, check_head


def parse_suite(raw: bytes) -> Suite:
    """Read 1 byte."""
    try:
        return suite_of(raw[0])
    except UnknownSuite as error:
        raise FormError(str(error)) from None


def generate_key(purse: Purse, suite: Suite) -> bytes:
    """Make the key pair and the internal key; answer X||Y, 64 bytes."""
    private_key = suite.private_key(purse.random(KEY_SEED_LENGTH))
    public_key = suite.public_key(private_key)
    identity = Identity(
        suite=suite.number,
        private_key=private_key,
        public_key=public_key,
        internal_key=purse.random(PRIVATE_KEY_LENGTH),
    )
    purse.store.identity.write(identity)
    return public_key


def parse_key(raw: bytes) -> Key:
    """Read number 1, role 1, public key 64."""
    try:
        role = Role(raw[1])
    except ValueError as error:
        raise FormError(str(error)) from None
    if raw[2:] == NO_KEY:
        raise FormError("an all-zero key is no key")
    return Key(number=raw[0], role=role, not_before_day=0, public_key=raw[2:])


def put_factory_key(purse: Purse, key: Key) -> bytes:
    """Put a key of the authority or operator into the table."""
    put_key(purse, key)
    return b""


def parse_certificate(raw: bytes) -> bytes:
    """Check type and suite of 137 bytes; what else is wrong with them is a refusal (9E0D)."""
    check_head(Certificate, raw)
    return raw


def put_certificate(purse: Purse, raw: bytes) -> bytes:
    """Put the own certificate, or renew it; the one in place again changes nothing."""
    stored = OwnCertificate(raw=raw)
    if purse.active and stored == purse.store.certificate.value:
        return b""
    public_key, certificate = purse.public_key, purse.read_certificate(raw)
    refuse_if(certificate.public_key != public_key, Status.CERTIFICATE_REFUSED)
    refuse_if(certificate.purse_class not in PURSE_CLASSES, Status.CERTIFICATE_REFUSED)
    if purse.active:
        _check_renewal(purse.certificate, certificate)
    authority = purse.store.keys.value.key(certificate.key_number, Role.CA)
    purse.check_signature(certificate.verify, authority, Status.CERTIFICATE_REFUSED)
    purse.store.certificate.write(stored)
    return b""


def _check_renewal(old: Certificate, new: Certificate) -> None:
    same = (new.purse_class, new.currency) == (old.purse_class, old.currency)
    later = new.not_before_day > old.not_before_day
    refuse_if(not same or not later, Status.CERTIFICATE_REFUSED)


@dataclass(frozen=True)
class ClassLimits:
    """Limits for one class of purse."""

    purse_class: PurseClass
    limits: Limits

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read class 1 (01 to 03) and eight values of 4."""
        if raw[0] not in PURSE_CLASSES:
            raise FormError(f"purses of class {raw[0]:02X} have no limits")
        return cls(PurseClass(raw[0]), Limits.parse(raw[1:]))


def put_limits(purse: Purse, of: ClassLimits) -> bytes:
    """Replace the limits of one class."""
    table = purse.store.limits.value.with_class(of.purse_class, of.limits)
    purse.store.limits.write(table)
    return b""


def finish(purse: Purse, pin: bytes) -> bytes:
    """End personalisation for ever; refuses without a key and its certificate."""
    assert purse.certificate.purse_class in PURSE_CLASSES
    fresh = replace(purse.store.security.value, life=ACTIVE, tries=MAX_TRIES, pin=pin)
    purse.store.security.write(fresh)
    return b""
