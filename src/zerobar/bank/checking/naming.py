"""What records and transfers are told apart by, under the names that statements use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from zerobar.bank.chart import TransferCode
from zerobar.bank.funding.model import OrderKind, OrderStatus
from zerobar.bank.ids import Word
from zerobar.bank.merchants.model import SettlementState
from zerobar.bank.paying.model import Authority, PaymentKind, RequestState
from zerobar.bank.people.model import Category
from zerobar.bank.people.wallets import MOST_WALLETS
from zerobar.bank.purses.model import EventKind
from zerobar.bank.settlement.model import Outcome
from zerobar.ledger import Result, TransferKind
from zerobar.purse.messages import EntryKind, Kind, PurseClass

_NAMED: Final[Mapping[str, type[IntEnum]]] = {
    "result": Result,
    "does": TransferKind,
    "code": TransferCode,
    "order": OrderKind,
    "status": OrderStatus,
    "paid": PaymentKind,
    "authority": Authority,
    "settlement": SettlementState,
    "category": Category,
    "voucher": Kind,
    "outcome": Outcome,
    "event": EventKind,
    "entry": EntryKind,
    "class": PurseClass,
}
CONSTANTS: Final[Mapping[str, int | str]] = MappingProxyType(
    {
        f"{prefix}_{member.name.lower()}": member.value
        for prefix, members in _NAMED.items()
        for member in members
    }
    | {f"state_{state.name.lower()}": state.value for state in RequestState}
    | {f"word_{word.name.lower()}": word.value for word in Word}
    | {"most_wallets": MOST_WALLETS}
)
"""As `code_payment` or `word_refunds`: parameters of every statement."""
