"""Personal data are sealed in the database: who copies it reads no name and no ID number."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_LENGTH: Final = 32
_NONCE_LENGTH: Final = 12


class Unsealable(Exception):
    """Sealed under another key, or for another purpose, or changed."""


class Sealer:
    """Seals texts under one key (AES-256-GCM), and makes them searchable without reading them.

    Args:
        key: 32 bytes; who has it reads everything.
        random: as os.urandom.
    """

    def __init__(self, key: bytes, random: Callable[[int], bytes]) -> None:
        assert len(key) == KEY_LENGTH
        self._cipher = AESGCM(hmac.digest(key, b"seal", hashlib.sha256))
        self._index_key = hmac.digest(key, b"index", hashlib.sha256)
        self._random = random

    def seal(self, text: str, purpose: str) -> bytes:
        """Return nonce 12 || ciphertext || tag 16; `purpose` ties it to its column."""
        nonce = self._random(_NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> str:
        """Return the text; raises Unsealable."""
        nonce, ciphertext = sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, purpose.encode()).decode()
        except InvalidTag:
            raise Unsealable(purpose) from None

    def index(self, text: str, purpose: str) -> bytes:
        """Return 32 bytes that are the same for the same text, to look it up by."""
        return hmac.digest(self._index_key, f"{purpose}\x1f{text}".encode(), hashlib.sha256)

    def secret(self, purpose: str) -> bytes:
        """Return 32 bytes that only this bank knows, always the same for a purpose."""
        return hmac.digest(self._index_key, f"secret\x1f{purpose}".encode(), hashlib.sha256)
