"""Asking the ledger for one thing, and what its silence means to whoever waits."""

from __future__ import annotations

from zerobar.bank.context import Bank
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.ledger import LedgerBusy, LedgerUnavailable, Posting, Result, RowRefused


def is_posted(bank: Bank, posting: Posting) -> bool:
    """Post, and return whether the money has moved now; it may have been moved by somebody else.

    Raises TooBusy or OutcomeUnknown: ask again, with the same ids.
    """
    try:
        answer = bank.ledger.submit_many([posting]).result()[0]
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None
    if isinstance(answer, RowRefused):
        return False
    return all(posted.result is Result.POSTED for posted in answer)
