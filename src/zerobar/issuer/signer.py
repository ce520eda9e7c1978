"""Keys behind one interface, so that a hardware module can hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from zerobar.purse.suites import P256, Suite


class Signer(Protocol):
    """A key that signs and never shows itself."""

    suite: Suite
    public_key: bytes
    """X||Y, 64 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return r||s, 64 bytes."""


class SoftwareSigner:
    """A key in this process's memory: for tests and pilots, not for production.

    Args:
        private_key: 32 bytes.
        suite: whose key it is.
    """

    def __init__(self, private_key: bytes, suite: Suite = P256) -> None:
        self.suite = suite
        self.public_key = suite.public_key(private_key)
        self._private_key = private_key

    def sign(self, message: bytes) -> bytes:
        """Return r||s, 64 bytes."""
        return self.suite.sign(self._private_key, message)


@dataclass(frozen=True)
class NumberedSigner:
    """A signer and its number (0 to 255) in the cards' key tables."""

    number: int
    signer: Signer

    @property
    def public_key(self) -> bytes:
        """X||Y, 64 bytes."""
        return self.signer.public_key

    def sign(self, message: bytes) -> bytes:
        """Return r||s, 64 bytes."""
        return self.signer.sign(message)
