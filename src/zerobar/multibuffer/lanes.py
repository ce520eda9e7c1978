"""The compiled way: eight signatures at a time in the lanes of AVX-512 IFMA.

`p256_mb8.c` beside this file, linked with Intel's crypto_mb by `make setup` where there is a
compiler and the processor has the instructions. Python's lock is not held while it computes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple, Self

LIBRARY: Final = Path(__file__).with_name("libp256_mb8.so")

Claim = tuple[bytes, bytes, bytes]
"""X||Y (64 bytes, a point of the curve), the message, and r||s (64 bytes)."""


class _Rows(NamedTuple):
    """Claims, laid out for the library: one row behind the other."""

    keys: bytearray
    digests: bytearray
    signatures: bytearray


class Lanes:
    """The library, loaded."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._verify = library.zerobar_verify
        self._verify.restype = None
        self._verify.argtypes = [ctypes.c_size_t, *[ctypes.c_void_p] * 4]

    @classmethod
    @cache
    def here(cls) -> Self | None:
        """Return the library of this machine; None where it was not built, or cannot compute."""
        try:
            library = ctypes.CDLL(str(LIBRARY))
        except OSError:
            return None
        return cls(library) if library.zerobar_is_applicable() else None

    def laid_out(self, claims: Sequence[Claim]) -> Callable[[slice], list[bool]]:
        """Lay claims out; return what tells of a part of them, of each whether its key signed it.

        That may be asked from many threads at once.
        """
        many = len(claims)
        keys, messages, signatures = zip(*claims, strict=True)
        rows = _Rows(
            bytearray().join(keys),
            bytearray().join([sha256(message).digest() for message in messages]),
            bytearray().join(signatures),
        )
        # The library trusts the count that it is told: too few bytes would be read beyond.
        if not len(rows.keys) == len(rows.signatures) == 64 * many:
            raise ValueError("keys and signatures are 64 bytes each")
        return lambda part: self._verified(rows, range(many)[part])

    def _verified(self, rows: _Rows, part: range) -> list[bool]:
        assert part.step == 1
        start, many = part.start, len(part)
        answers = ctypes.create_string_buffer(many)
        self._verify(
            many,
            _address(rows.keys) + 64 * start,
            _address(rows.digests) + 32 * start,
            _address(rows.signatures) + 64 * start,
            answers,
        )
        return [answer == 1 for answer in answers.raw]


def _address(data: bytearray) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(data))
