"""Asking the ledger for one thing, and what its silence means to whoever waits."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying.errors import OutcomeUnknown, TooBusy
from zerobar.database import Connection
from zerobar.ledger import LedgerBusy, LedgerUnavailable, Posting, Result, RowRefused

MOST_ATTEMPTS: Final = 100
"""Refusals of one thing: each needs that its money went away between looking and asking."""


def untried_id(connection: Connection, word: Word, *parts: str | int) -> UUID:
    """Return the first id for something under which the ledger has refused nothing yet.

    A refusal stays refused under its id. What must happen once is certain by a row's key.
    """
    for attempt in range(MOST_ATTEMPTS):
        id_ = derived_id(word, *parts, attempt)
        known = connection.execute(
            "SELECT result FROM ledger.transfer WHERE transfer_id = %s", (id_,)
        ).fetchone()
        if known is None or known[0] == Result.POSTED:
            return id_
    raise TooBusy


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


def has_posted(bank: Bank, transfer_id: UUID) -> bool:
    """Return whether this transfer has moved its money, whatever was asked along with it."""
    with bank.connection() as connection:
        known = connection.execute(
            "SELECT result FROM ledger.transfer WHERE transfer_id = %s", (transfer_id,)
        ).fetchone()
    return known is not None and known[0] == Result.POSTED
