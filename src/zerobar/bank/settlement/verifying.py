"""Vouchers' signatures, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

from zerobar.bank.settlement.arrivals import Arrival
from zerobar.bank.settlement.certificates import Payer
from zerobar.multibuffer import verify_all

Signed = tuple[Arrival, Payer]
"""A voucher, and whose signature it has to bear."""


def verified(signed: Sequence[Signed]) -> list[bool]:
    """Return of each voucher whether its payer signed it, in the same order."""
    return verify_all(
        [(payer.public_key, arrival.body, arrival.signature) for arrival, payer in signed]
    )
