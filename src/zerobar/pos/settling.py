"""What has turned out since: after a start, and whenever the network may be back.

Nothing here asks a customer. It asks the bank about orders and refunds, gives the till's purse the
vouchers that are here, syncs it, and notes which sales that has paid.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from zerobar.client.errors import BankSaysNo
from zerobar.device import (
    Brought,
    Operator,
    TapUnknown,
    Told,
    finish_open,
    synchronise,
)
from zerobar.issuer import SyncAnswer, Undo
from zerobar.pos import orders, refunding
from zerobar.pos.errors import WrongVoucher
from zerobar.pos.model import Means, Road, Sale
from zerobar.pos.purse_road import sale_of, voucher_attempt
from zerobar.pos.till import Till
from zerobar.purse.messages import LogEntry, State
from zerobar.reader import Payment, TapOutcome, TapStatus

_log = logging.getLogger(__name__)


def settle_purse(till: Till) -> None:
    """Give the purse what is here, and note what it has credited; needs no network."""
    with till.lock:
        finish_open(till.device)
        # Also what is open or cancelled: a card that refused a request may pay it all the same.
        for sale in till.store.sales.tried():
            _note_credited(till, sale)


def settle_bank(till: Till) -> None:
    """Ask the bank about all that is not known; raises ClientError when it does not answer."""
    till.resume()
    for sale in till.store.sales.pending():
        if sale.road is Road.ONLINE:
            _look(till, sale)
    for made in till.store.refunds.unknown():
        if made.road is Road.ONLINE:
            refunding.ask_bank(till, made)


def _look(till: Till, sale: Sale) -> None:
    """Look at an order; what the bank says no to stays as it is, and holds up no other."""
    try:
        orders.look(till, sale)
    except BankSaysNo as error:
        _log.info("sale %s is not looked at: %s", sale.number, error.problem)


def sync(till: Till) -> None:
    """Sync the till's purse, and note what came with it.

    Raises OperatorUnreachable, OperatorRefused or CardError.
    """
    with till.lock:
        synchronise(till.device)
    settle_purse(till)


def _note_credited(till: Till, sale: Sale) -> None:
    """Note that a sale is paid, if the purse has credited one of its attempts."""
    for attempt_id, means in till.store.sales.attempts(sale.id):
        outcome = _outcome(till, attempt_id)
        if outcome is not None and outcome.is_final:
            till.store.sales.pay(sale.id, means, attempt_id)
            return
    was_asked = sale.attempt_id is not None and _outcome(till, sale.attempt_id) is not None
    if sale.road is Road.PURSE and not was_asked:
        # The till died before its purse was asked, so nobody has seen a request.
        till.store.sales.take_back(sale.id)


def _outcome(till: Till, attempt_id: UUID) -> TapOutcome | None:
    try:
        return till.device.store.taps.outcome(attempt_id)
    except TapUnknown:
        return None


class WatchedOperator:
    """The operator; what it delivers is kept for the sale that it pays before the purse has it.

    A customer whose card paid in a tap that was torn may sync first; the voucher then comes here
    by the operator, and must not be credited without its sale knowing of it.

    Args:
        operator: whom it asks.
    """

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._till: Till | None = None

    def watch_for(self, till: Till) -> None:
        """Say whose sales there are, once the till is made."""
        self._till = till

    def known_entry(self, purse_id: bytes) -> int:
        """Return up to where the operator holds a purse's log."""
        return self._operator.known_entry(purse_id)

    def sync(self, brought: Brought) -> SyncAnswer:
        """Bring a signed state and its log; keep what comes for sales."""
        answer = self._operator.sync(brought)
        for voucher, certificate in answer.deliveries:
            self._keep(Payment(voucher, certificate))
        return answer

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        """Bring a part of the log that leads to a state."""
        self._operator.keep_part(state, entries)

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        """Bring vouchers with their payers' certificates."""
        return self._operator.take_vouchers(payments)

    def take_statements(self, statements: Sequence[Undo]) -> None:
        """Bring void statements with their payees' certificates."""
        self._operator.take_statements(statements)

    def _keep(self, payment: Payment) -> None:
        till = self._till
        assert till is not None, "the till is made before it syncs"
        try:
            sale = sale_of(till, payment.voucher)
        except WrongVoucher:
            return
        attempt_id = voucher_attempt(sale, payment.voucher)
        till.store.sales.attempt(sale.id, attempt_id, _means_of(till, sale), own=False)
        arrived = TapOutcome(
            TapStatus.TORN_AFTER_PAY, voucher=payment.voucher, certificate=payment.certificate
        )
        till.device.store.taps.keep(attempt_id, arrived)


def _means_of(till: Till, sale: Sale) -> Means:
    """Return by what means a sale's request was shown."""
    found = dict(till.store.sales.attempts(sale.id))
    return Means.TAP if sale.attempt_id is None else found.get(sale.attempt_id, Means.TAP)
