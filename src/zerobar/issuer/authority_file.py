"""A test authority in one file: its keys, and those of one operator. Test money only."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from zerobar.issuer.authority import Authority, Validity
from zerobar.issuer.operator import Operator
from zerobar.issuer.signer import NumberedSigner, SoftwareSigner
from zerobar.purse.messages import Certificate, PurseClass
from zerobar.purse.money import CNY
from zerobar.purse.suites import KEY_SEED_LENGTH, P256, SignatureRefused

_FORMAT: Final = "zerobar test authority"
_VERSION: Final = 1
_NUMBERS: Final = {"root": 1, "ca": 2, "sync": 3, "purse": 4}
_OPERATOR_YEARS: Final = 20


class AuthorityFileError(Exception):
    """The authority file cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class TestAuthority:
    """An authority and one operator whose keys lie in software."""

    __test__ = False

    authority: Authority
    operator: Operator


@dataclass(frozen=True)
class AuthorityFile:
    """The keys as they are kept: private keys by name, 32 bytes each."""

    private_keys: dict[str, bytes]
    operator_certificate: Certificate
    currency: int = CNY

    def __repr__(self) -> str:
        return f"AuthorityFile(operator {self.operator_certificate.id.hex()})"

    @classmethod
    def generate(cls, random: Callable[[int], bytes], now_unix_s: int) -> AuthorityFile:
        """Make new keys from that randomness."""
        private = {name: P256.private_key(random(KEY_SEED_LENGTH)) for name in _NUMBERS}
        signers = _signers(private)
        validity = Validity.years_from(now_unix_s, _OPERATOR_YEARS)
        certificate = Authority(signers["root"], signers["ca"]).certify(
            signers["purse"].public_key, PurseClass.OPERATOR, validity
        )
        return cls(private, certificate)

    @classmethod
    def load(cls, path: Path) -> AuthorityFile:
        """Read a file; raise AuthorityFileError when it is none."""
        try:
            return cls._parsed(json.loads(path.read_text()))
        except FileNotFoundError:
            raise AuthorityFileError(f"{path} does not exist; make it with `card issue`") from None
        except (ValueError, KeyError, TypeError, SignatureRefused) as error:
            raise AuthorityFileError(f"{path} is not a test authority: {error!r}") from None

    @classmethod
    def _parsed(cls, kept: dict[str, Any]) -> AuthorityFile:
        """Return the keys, whose every value fits the others; raise what `load` catches."""
        if (kept["format"], kept["version"]) != (_FORMAT, _VERSION):
            raise ValueError("another format or version")
        private = {name: bytes.fromhex(kept["private_keys"][name]) for name in _NUMBERS}
        certificate = Certificate.parse(bytes.fromhex(kept["operator_certificate"]))
        signers = _signers(private)
        certificate.verify(signers["ca"].public_key)
        if certificate.public_key != signers["purse"].public_key:
            raise ValueError("the operator's certificate is for another key")
        if kept["currency"] != certificate.currency:
            raise ValueError("the operator's certificate is for another currency")
        return cls(private, certificate, certificate.currency)

    def save(self, path: Path) -> None:
        """Write the file for its owner's eyes only; never over an existing one."""
        kept: dict[str, Any] = {
            "format": _FORMAT,
            "version": _VERSION,
            "note": "TEST MONEY: whoever holds this file can make more of it",
            "currency": self.currency,
            "private_keys": {name: key.hex() for name, key in self.private_keys.items()},
            "operator_certificate": bytes(self.operator_certificate).hex(),
        }
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(fd, "w") as file:
            file.write(json.dumps(kept, indent=2) + "\n")
            file.flush()
            os.fsync(fd)

    def open(self) -> TestAuthority:
        """Return the authority and the operator, ready to sign."""
        signers = _signers(self.private_keys)
        return TestAuthority(
            Authority(signers["root"], signers["ca"], self.currency),
            Operator(signers["sync"], signers["purse"], self.operator_certificate),
        )


def _signers(private_keys: dict[str, bytes]) -> dict[str, NumberedSigner]:
    return {
        name: NumberedSigner(number, SoftwareSigner(private_keys[name]))
        for name, number in _NUMBERS.items()
    }
