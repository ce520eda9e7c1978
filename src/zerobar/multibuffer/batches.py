"""Which way a batch is verified, and in how many threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

from zerobar.multibuffer.lanes import Claim, Lanes
from zerobar.purse.suites import P256, SignatureRefused

FEWEST_AT_ONCE: Final = 3
"""Eight lanes take as long as about two signatures one by one."""
THREADS: Final = os.cpu_count() or 1
_SLICE: Final = 256
"""Claims that a thread takes at a time, so that none is left with a long rest."""


def verify_all(claims: Sequence[Claim]) -> list[bool]:
    """Return of each claim whether its key signed it, in the same order.

    Args:
        claims: their keys are points of the curve, which was checked when each was taken in.
    """
    lanes = Lanes.here()
    verify = _one_by_one if lanes is None or len(claims) < FEWEST_AT_ONCE else lanes.verify
    if len(claims) <= _SLICE:
        return verify(claims)
    return _in_threads(verify, claims)


def _in_threads(
    verify: Callable[[Sequence[Claim]], list[bool]], claims: Sequence[Claim]
) -> list[bool]:
    slices = [claims[start : start + _SLICE] for start in range(0, len(claims), _SLICE)]
    with ThreadPoolExecutor(THREADS, "signatures") as threads:
        return list(chain.from_iterable(threads.map(verify, slices)))


def _one_by_one(claims: Sequence[Claim]) -> list[bool]:
    return [_is_signed(*claim) for claim in claims]


def _is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        P256.verify(public_key, message, signature)
    except SignatureRefused:
        return False
    return True
