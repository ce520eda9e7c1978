"""Double-entry books in PostgreSQL: accounts, transfers, entries and holds, never changed.

All money moves through one `Poster`, behind a `GroupingPoster` that many callers share.
"""

from zerobar.ledger.accounts import open_accounts
from zerobar.ledger.errors import (
    AccountConflict,
    AnotherPoster,
    LedgerBusy,
    LedgerError,
    LedgerUnavailable,
)
from zerobar.ledger.grouping import GroupingPoster
from zerobar.ledger.model import (
    MAX_CHAIN,
    MAX_REFERENCE,
    Account,
    Balance,
    Chain,
    Entry,
    Posted,
    Result,
    Transfer,
    TransferKind,
)
from zerobar.ledger.poster import Poster
from zerobar.ledger.reading import (
    TrialBalance,
    TrialLine,
    balance,
    balance_at,
    statement,
    trial_balance,
)

__all__ = [
    "MAX_CHAIN",
    "MAX_REFERENCE",
    "Account",
    "AccountConflict",
    "AnotherPoster",
    "Balance",
    "Chain",
    "Entry",
    "GroupingPoster",
    "LedgerBusy",
    "LedgerError",
    "LedgerUnavailable",
    "Posted",
    "Poster",
    "Result",
    "Transfer",
    "TransferKind",
    "TrialBalance",
    "TrialLine",
    "balance",
    "balance_at",
    "open_accounts",
    "statement",
    "trial_balance",
]
