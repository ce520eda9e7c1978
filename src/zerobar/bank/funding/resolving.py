"""Asking after orders whose outcome is not known, until it is."""

from __future__ import annotations

import logging
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.errors import Unavailable
from zerobar.bank.funding import store
from zerobar.bank.funding.model import OrderStatus
from zerobar.bank.funding.orders import LEASE, carry_out

AT_A_TIME: Final = 20
"""Few enough to be done within the lease even if each waits a second."""
_log = logging.getLogger(__name__)


def resolve_orders(bank: Bank, limit: int = AT_A_TIME) -> int:
    """Ask after pending orders that are due; return how many have ended.

    Several processes may do so at once: each order is taken by one of them, for as long as the
    lease, and steps that were done before are not done again. An order that stays pending is asked
    after less and less often, at least every ten minutes.
    """
    with bank.transaction() as connection:
        orders = store.claim_orders(connection, bank.operator_id, bank.clock(), LEASE, limit)
    ended = 0
    for order in orders:
        try:
            ended += carry_out(bank, order).status is not OrderStatus.PENDING
        except Unavailable as error:
            _log.warning("card order %s stays pending: %s", order.id, error.problem)
    return ended
