"""Signature suites: a hash and a signature scheme behind one interface.

Keys and signatures cross the card boundary raw: a public key is X||Y (64 bytes), a signature
r||s (64 bytes), a private key a 32-byte number. Suite 1 is ECDSA on P-256 with SHA-256
(FIPS 186-5); number 2 is reserved for SM2 with SM3 (GM/T 0003).
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

PUBLIC_KEY_LENGTH: Final = 64
PRIVATE_KEY_LENGTH: Final = 32
SIGNATURE_LENGTH: Final = 64
HASH_LENGTH: Final = 32
SM2_RESERVED: Final = 2


class UnknownSuite(ValueError):
    """A suite number that this build cannot compute with."""


class SignatureRefused(Exception):
    """A signature that does not verify, or a public key that is no point on the curve."""


class Suite(Protocol):
    """One hash and one signature scheme; every message names its suite in byte 0."""

    number: int

    def hash(self, data: bytes) -> bytes:
        """Return the 32-byte hash of data."""

    def private_key(self, seed: bytes) -> bytes:
        """Turn 40 random bytes into a private key of 32 bytes, without noticeable bias."""

    def public_key(self, private_key: bytes) -> bytes:
        """Return X||Y, 64 bytes."""

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        """Return r||s, 64 bytes, over the suite's hash of message."""

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        """Return if the signature is good; raise SignatureRefused otherwise."""


KEY_SEED_LENGTH: Final = 40
"""Random bytes for one key: 64 bits more than the group order (FIPS 186-5, A.2.1)."""

_P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(hashes.SHA256())
# RFC 6979: a virtual card must not depend on its host's randomness at each payment, and the
# same world must give the same bytes.
_ECDSA_DETERMINISTIC = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


@lru_cache(maxsize=512)
def _p256_private(private_key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(private_key), ec.SECP256R1())


@lru_cache(maxsize=4096)
def _p256_public(public_key: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_key)


class _P256:
    number = 1

    def hash(self, data: bytes) -> bytes:
        return hashlib.sha256(data).digest()

    def private_key(self, seed: bytes) -> bytes:
        assert len(seed) == KEY_SEED_LENGTH
        return (int.from_bytes(seed) % (_P256_ORDER - 1) + 1).to_bytes(PRIVATE_KEY_LENGTH)

    def public_key(self, private_key: bytes) -> bytes:
        numbers = _p256_private(private_key).public_key().public_numbers()
        return numbers.x.to_bytes(32) + numbers.y.to_bytes(32)

    def sign(self, private_key: bytes, message: bytes) -> bytes:
        r, s = decode_dss_signature(_p256_private(private_key).sign(message, _ECDSA_DETERMINISTIC))
        return r.to_bytes(32) + s.to_bytes(32)

    def verify(self, public_key: bytes, message: bytes, signature: bytes) -> None:
        if len(signature) != SIGNATURE_LENGTH or len(public_key) != PUBLIC_KEY_LENGTH:
            raise SignatureRefused("a signature and a public key are 64 bytes each")
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
        try:
            _p256_public(public_key).verify(encode_dss_signature(r, s), message, _ECDSA)
        except InvalidSignature:
            raise SignatureRefused("the signature does not match") from None
        except ValueError:
            raise SignatureRefused("the public key is not a point on the curve") from None


P256: Final[Suite] = _P256()
_SUITES: Final = {P256.number: P256}


def suite_of(number: int) -> Suite:
    """Return the suite of that number; raise UnknownSuite if this build has none."""
    try:
        return _SUITES[number]
    except KeyError:
        raise UnknownSuite(f"suite {number} is not available here") from None


def purse_id(suite: Suite, public_key: bytes) -> bytes:
    """Return the purse id of a public key: the first 8 bytes of hash(X||Y)."""
    assert len(public_key) == PUBLIC_KEY_LENGTH
    return suite.hash(public_key)[:8]
