"""Keys behind one interface: they sign, and never show themselves."""

from __future__ import annotations

from tests.purse.cards import Seeded
from zerobar.issuer import NumberedSigner, SoftwareSigner
from zerobar.purse.suites import P256

PRIVATE_KEY = P256.private_key(Seeded("signer")(40))


def test_it_signs_with_its_key() -> None:
    signer = SoftwareSigner(PRIVATE_KEY)
    assert signer.public_key == P256.public_key(PRIVATE_KEY)
    signer.suite.verify(signer.public_key, b"message", signer.sign(b"message"))
    assert signer.sign(b"message") == signer.sign(b"message") != signer.sign(b"another")


def test_a_numbered_signer_is_the_signer_and_a_number() -> None:
    signer = SoftwareSigner(PRIVATE_KEY)
    numbered = NumberedSigner(7, signer)
    assert numbered.number == 7
    assert numbered.public_key == signer.public_key
    assert numbered.sign(b"message") == signer.sign(b"message")


def test_the_private_key_never_shows() -> None:
    signer = NumberedSigner(7, SoftwareSigner(PRIVATE_KEY))
    for shown in (repr(signer), str(signer), repr(signer.signer)):
        assert PRIVATE_KEY.hex() not in shown and repr(PRIVATE_KEY) not in shown
