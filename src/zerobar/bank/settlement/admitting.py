"""Whether a purse of its class may sign such a voucher at all: the protocol's rules for payers."""

from __future__ import annotations

from typing import Final

from zerobar.bank.purses.model import KeySet
from zerobar.bank.settlement.arrivals import Arrival
from zerobar.bank.settlement.certificates import Payer
from zerobar.bank.settlement.model import Reason
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY

_OF_OPERATORS: Final = frozenset((Kind.PAYMENT, Kind.REFUND, Kind.LOAD))
_OF_PURSES: Final = frozenset(Kind) - {Kind.LOAD}
# Plain numbers, which compare faster: thousands are judged in a moment.
_CNY, _PUSH, _UNLOAD = int(CNY), int(Kind.PUSH), int(Kind.UNLOAD)


def refusal(arrival: Arrival, payer: Payer, keys: KeySet) -> Reason | None:
    """Return why a voucher cannot be its payer's, its signature aside; None: it can."""
    if payer.id != arrival.payer_id:
        return Reason.NOT_THE_PAYER
    if arrival.currency != payer.currency or arrival.currency != _CNY:
        return Reason.WRONG_CURRENCY
    if not _is_kind_allowed(arrival, payer, keys):
        return Reason.KIND_REFUSED
    if arrival.payer_id == arrival.payee_id:
        return Reason.SELF_PAYMENT
    return None


def _is_kind_allowed(arrival: Arrival, payer: Payer, keys: KeySet) -> bool:
    # Entries and requests are counted from 1; a push answers no request.
    kind = arrival.kind
    if arrival.entry == 0 or (arrival.number == 0) != (kind == _PUSH):
        return False
    if payer.purse_class is PurseClass.OPERATOR:
        return kind in _OF_OPERATORS and payer.id in keys.operators
    if payer.purse_class is PurseClass.SERVICE or kind not in _OF_PURSES:
        return False
    return kind != _UNLOAD or arrival.payee_id in keys.operators
