"""Suite 1 against the library's own DER interface, and against numbers that are no signatures."""

from __future__ import annotations

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.purse.cards import stranger
from zerobar.purse.suites import (
    KEY_SEED_LENGTH,
    P256,
    SM2_RESERVED,
    SignatureRefused,
    UnknownSuite,
    purse_id,
    suite_of,
)

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ECDSA = ec.ECDSA(hashes.SHA256())
seeds = st.binary(min_size=KEY_SEED_LENGTH, max_size=KEY_SEED_LENGTH)


@given(seeds, st.binary(max_size=300))
def test_the_library_verifies_what_the_suite_signs(seed: bytes, message: bytes) -> None:
    private_key = P256.private_key(seed)
    public_key, signature = P256.public_key(private_key), P256.sign(private_key, message)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + public_key)
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    point.verify(encode_dss_signature(r, s), message, ECDSA)
    assert P256.sign(private_key, message) == signature


@given(st.integers(1, ORDER - 1), st.binary(max_size=300))
def test_the_suite_verifies_what_the_library_signs(number: int, message: bytes) -> None:
    key = ec.derive_private_key(number, ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(message, ECDSA))
    public_key = P256.public_key(number.to_bytes(32))
    P256.verify(public_key, message, r.to_bytes(32) + s.to_bytes(32))


def test_deterministic_as_in_rfc_6979() -> None:
    # A.2.5, SHA-256, message "sample".
    key = bytes.fromhex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721")
    r = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    s = "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    assert P256.sign(key, b"sample").hex().upper() == r + s


def test_keys_come_out_of_any_randomness() -> None:
    for seed in (bytes(KEY_SEED_LENGTH), b"\xff" * KEY_SEED_LENGTH):
        assert 1 <= int.from_bytes(P256.private_key(seed)) < ORDER
    just_the_order = (ORDER - 1).to_bytes(KEY_SEED_LENGTH)
    assert int.from_bytes(P256.private_key(just_the_order)) == 1


@pytest.fixture
def signed() -> tuple[bytes, bytes, bytes]:
    """A public key, a message, and its good signature."""
    signer = stranger("signer")
    return signer.certificate.public_key, b"message", signer.sign(b"message")


@pytest.mark.parametrize("r", [0, ORDER, ORDER + 1, 2**256 - 1])
def test_refuses_numbers_out_of_range(signed: tuple[bytes, bytes, bytes], r: int) -> None:
    key, message, signature = signed
    for bad in (r.to_bytes(32) + signature[32:], signature[:32] + r.to_bytes(32)):
        with pytest.raises(SignatureRefused):
            P256.verify(key, message, bad)
    with pytest.raises(SignatureRefused):
        P256.verify(key, message, bytes(64))


def test_takes_the_same_signature_with_the_other_s(signed: tuple[bytes, bytes, bytes]) -> None:
    key, message, signature = signed
    other_s = ORDER - int.from_bytes(signature[32:])
    P256.verify(key, message, signature[:32] + other_s.to_bytes(32))


@given(st.integers(0, 511))
def test_refuses_every_changed_bit(bit: int) -> None:
    signer = stranger("signer")
    changed = bytearray(signer.sign(b"message"))
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SignatureRefused):
        P256.verify(signer.certificate.public_key, b"message", bytes(changed))


@pytest.mark.parametrize(
    "point",
    [
        bytes(64),
        b"\xff" * 64,
        bytes(63) + b"\x01",
        (PRIME + 1).to_bytes(32) + bytes(32),
        PRIME.to_bytes(32) + PRIME.to_bytes(32),
    ],
)
def test_refuses_what_is_no_point(signed: tuple[bytes, bytes, bytes], point: bytes) -> None:
    _, message, signature = signed
    for _ in range(2):  # the second time a cache might remember it
        with pytest.raises(SignatureRefused):
            P256.verify(point, message, signature)


@pytest.mark.parametrize("length", [0, 1, 63, 65, 128])
def test_refuses_other_lengths(signed: tuple[bytes, bytes, bytes], length: int) -> None:
    key, message, signature = signed
    with pytest.raises(SignatureRefused):
        P256.verify(key, message, (signature * 2)[:length])
    with pytest.raises(SignatureRefused):
        P256.verify((key * 2)[:length], message, signature)


def test_another_key_or_message_does_not_verify(signed: tuple[bytes, bytes, bytes]) -> None:
    key, message, signature = signed
    with pytest.raises(SignatureRefused):
        P256.verify(stranger("other").certificate.public_key, message, signature)
    with pytest.raises(SignatureRefused):
        P256.verify(key, message + b".", signature)
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + key)
    with pytest.raises(InvalidSignature):
        point.verify(encode_dss_signature(1, 1), message, ECDSA)


def test_only_known_suites() -> None:
    assert suite_of(1) is P256
    for number in {*range(256), SM2_RESERVED} - {1}:
        with pytest.raises(UnknownSuite):
            suite_of(number)


def test_a_purse_id_is_the_hash_of_its_key() -> None:
    key = stranger("signer").certificate.public_key
    digest = hashes.Hash(hashes.SHA256())
    digest.update(key)
    assert purse_id(P256, key) == digest.finalize()[:8]
