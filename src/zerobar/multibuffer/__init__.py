"""Many P-256 signatures at once: eight at a time where the processor can, else one by one.

    verify_all([(public_key, message, signature), ...])    -> [True, False, ...]

Whoever has a batch, a settlement's vouchers or the payments that came at once, asks here; a single
signature is `zerobar.purse.suites.P256`'s. Both ways say the same of every signature.
"""

from __future__ import annotations

from zerobar.multibuffer.batches import verify_all
from zerobar.multibuffer.lanes import Claim, Lanes

__all__ = ["Claim", "Lanes", "verify_all"]
