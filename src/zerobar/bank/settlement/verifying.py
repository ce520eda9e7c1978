"""Vouchers' signatures, verified in as many threads as there are cores.

OpenSSL computes without Python's lock, so the threads do run at the same time.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from zerobar.bank.settlement.arrivals import Arrival
from zerobar.bank.settlement.certificates import Payer

THREADS: Final = os.cpu_count() or 1
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
_SLICE: Final = 250
"""Vouchers that a thread takes at a time, so that none is left with a long rest."""

Signed = tuple[Arrival, Payer]
"""A voucher, and whose signature it has to bear."""


def verified(signed: Sequence[Signed]) -> list[bool]:
    """Return of each voucher whether its payer signed it, in the same order."""
    slices = [signed[i : i + _SLICE] for i in range(0, len(signed), _SLICE)]
    with ThreadPoolExecutor(THREADS, "voucher-signatures") as threads:
        return list(chain.from_iterable(threads.map(_verify, slices)))


def _verify(signed: Sequence[Signed]) -> list[bool]:
    return [_is_signed(arrival, payer) for arrival, payer in signed]


def _is_signed(arrival: Arrival, payer: Payer) -> bool:
    signature = arrival.signature
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        payer.key.verify(encode_dss_signature(r, s), arrival.body, _ECDSA)
    except InvalidSignature:
        return False
    return True
