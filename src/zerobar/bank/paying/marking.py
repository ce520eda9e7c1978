"""Postings that move nothing: something is used up, declined or cancelled, exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.ledger import (
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Result,
    Row,
    Transfer,
    TransferKind,
)
from zerobar.purse.money import Fen

_NOTHING = Fen(1)
"""A mark's amount: it has to be one, and means nothing."""


def mark(
    bank: Bank,
    mark_id: UUID,
    wallets: tuple[UUID, UUID],
    counters: Sequence[Counter],
    rows: Sequence[Row],
) -> Result:
    """Count and store without moving money; return POSTED, or why not.

    Args:
        wallets: whom it concerns.

    Raises OutcomeUnknown or TooBusy.
    """
    debit, credit = wallets
    code, kind = int(TransferCode.MARK), TransferKind.MARK
    transfer = Transfer(mark_id, debit, credit, _NOTHING, code, kind)
    try:
        (posted,) = bank.ledger.post(transfer, counters=counters, rows=rows)
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None
    return posted.result
