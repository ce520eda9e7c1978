"""Whether a payment is final now, settles at sync, or is not known."""

from __future__ import annotations

from zerobar.device import TapUnknown
from zerobar.pos.model import ONLINE_MEANS, Finality, Sale, SaleState
from zerobar.pos.till import Till
from zerobar.reader import TapOutcome


def finality_of(till: Till, sale: Sale) -> Finality:
    """Return what a cashier has to know about a sale's payment."""
    if sale.state in (SaleState.ASKING, SaleState.UNKNOWN):
        return Finality.UNKNOWN
    if sale.state is not SaleState.PAID:
        return Finality.NONE
    if sale.means in ONLINE_MEANS:
        return Finality.NOW
    outcome = outcome_of(till, sale)
    if outcome is None or outcome.voucher is None:
        return Finality.AT_SYNC
    seen = till.device.store.outgoing.is_seen(outcome.voucher)
    return Finality.NOW if seen else Finality.AT_SYNC


def outcome_of(till: Till, sale: Sale) -> TapOutcome | None:
    """Return the tap that paid a sale, with its voucher; None: no purse was paid."""
    if sale.paid_by is None:
        return None
    try:
        return till.device.store.taps.outcome(sale.paid_by)
    except TapUnknown:
        return None
