"""Double-entry books in PostgreSQL: accounts, transfers, entries and holds, never changed.

All money moves through one `Poster`, behind a `GroupingPoster` that many callers share; other
processes reach it through a `RemoteLedger`.
"""

from zerobar.ledger.accounts import open_accounts
from zerobar.ledger.asking import MAX_MANY, Ledger
from zerobar.ledger.errors import (
    AccountConflict,
    AnotherPoster,
    LedgerBusy,
    LedgerError,
    LedgerUnavailable,
    PosterDied,
    RowRefused,
    SocketTaken,
)
from zerobar.ledger.grouping import GroupingPoster
from zerobar.ledger.model import (
    MAX_BALANCE,
    MAX_CHAIN,
    MAX_COUNTERS,
    MAX_REFERENCE,
    MAX_ROW,
    MAX_ROWS,
    Account,
    Balance,
    Closed,
    Closing,
    Counter,
    Entry,
    Posted,
    Posting,
    Result,
    Row,
    Transfer,
    TransferKind,
)
from zerobar.ledger.poster import Answer, Poster, claim, release
from zerobar.ledger.reading import (
    TrialBalance,
    TrialLine,
    balance,
    balance_at,
    read_counter,
    read_counters,
    statement,
    trial_balance,
)
from zerobar.ledger.records import Int, Small, Value, encode_row
from zerobar.ledger.remote import RemoteLedger
from zerobar.ledger.service import PosterServer

__all__ = [
    "MAX_BALANCE",
    "MAX_CHAIN",
    "MAX_COUNTERS",
    "MAX_MANY",
    "MAX_REFERENCE",
    "MAX_ROW",
    "MAX_ROWS",
    "Account",
    "AccountConflict",
    "AnotherPoster",
    "Answer",
    "Balance",
    "Closed",
    "Closing",
    "Counter",
    "Entry",
    "GroupingPoster",
    "Int",
    "Ledger",
    "LedgerBusy",
    "LedgerError",
    "LedgerUnavailable",
    "Posted",
    "Poster",
    "PosterDied",
    "PosterServer",
    "Posting",
    "RemoteLedger",
    "Result",
    "Row",
    "RowRefused",
    "Small",
    "SocketTaken",
    "Transfer",
    "TransferKind",
    "TrialBalance",
    "TrialLine",
    "Value",
    "balance",
    "balance_at",
    "claim",
    "encode_row",
    "open_accounts",
    "read_counter",
    "read_counters",
    "release",
    "statement",
    "trial_balance",
]
