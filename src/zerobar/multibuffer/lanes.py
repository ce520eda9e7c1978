"""The compiled way: eight signatures at a time in the lanes of AVX-512 IFMA.

`p256_mb8.c` beside this file, linked with Intel's crypto_mb by `make setup` where there is a
compiler and the processor has the instructions. Python's lock is not held while it computes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

LIBRARY: Final = Path(__file__).with_name("libp256_mb8.so")

Claim = tuple[bytes, bytes, bytes]
"""X||Y (64 bytes, a point of the curve), the message, and r||s (64 bytes)."""


class Lanes:
    """The library, loaded."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._verify = library.zerobar_verify
        self._verify.restype = None
        self._verify.argtypes = [ctypes.c_size_t, *[ctypes.c_char_p] * 4]

    @classmethod
    @cache
    def here(cls) -> Self | None:
        """Return the library of this machine; None where it was not built, or cannot compute."""
        try:
            library = ctypes.CDLL(str(LIBRARY))
        except OSError:
            return None
        return cls(library) if library.zerobar_is_applicable() else None

    def verify(self, claims: Sequence[Claim]) -> list[bool]:
        """Return of each claim whether its key signed it, in the same order."""
        keys = b"".join(key for key, _, _ in claims)
        digests = b"".join(sha256(message).digest() for _, message, _ in claims)
        signatures = b"".join(signature for _, _, signature in claims)
        # The library trusts the count that it is told: too few bytes would be read beyond.
        if not len(keys) == len(signatures) == 64 * len(claims):
            raise ValueError("keys and signatures are 64 bytes each")
        answers = ctypes.create_string_buffer(len(claims))
        self._verify(len(claims), keys, digests, signatures, answers)
        return [answer == 1 for answer in answers.raw]
