"""Which way a batch is verified, and in how many threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import Final

from zerobar.multibuffer.lanes import Claim, Lanes
from zerobar.purse.suites import P256, SignatureRefused

FEWEST_AT_ONCE: Final = 3
"""Eight lanes take as long as about two signatures one by one."""
THREADS: Final = os.cpu_count() or 1
_SLICE: Final = 512
"""Claims that a thread takes at a time, so that none is left with a long rest."""


def verify_all(claims: Sequence[Claim]) -> list[bool]:
    """Return of each claim whether its key signed it, in the same order.

    Args:
        claims: their keys are points of the curve, which was checked when each was taken in.
    """
    lanes = Lanes.here()
    parts = [slice(start, start + _SLICE) for start in range(0, len(claims), _SLICE)]
    verify: Callable[[slice], list[bool]]
    if lanes is None or len(claims) < FEWEST_AT_ONCE:
        verify = partial(_one_by_one, claims)
    else:
        # Everything that needs Python's lock is done once, before threads would wait for it.
        verify = lanes.laid_out(claims)
    return list(chain.from_iterable(_in_threads(verify, parts)))


def _in_threads(
    verify: Callable[[slice], Iterable[bool]], parts: Sequence[slice]
) -> Iterable[Iterable[bool]]:
    if len(parts) <= 1:
        return map(verify, parts)
    with ThreadPoolExecutor(THREADS, "signatures") as threads:
        return list(threads.map(verify, parts))


def _one_by_one(claims: Sequence[Claim], part: slice) -> list[bool]:
    return [_is_signed(*claim) for claim in claims[part]]


def _is_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        P256.verify(public_key, message, signature)
    except SignatureRefused:
        return False
    return True
