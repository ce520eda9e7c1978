"""Syncing: purses' logs come in, vouchers get their outcomes, and purses hear what they need.

sync(bank, Upload(state, entries, certificates))    the same state, the same acknowledgement
known_entry(bank, purse_id)                         the log is held up to here
take_part(bank, state, entries)                     a part of a log, for a sync that may be cut
take_statement(bank, statement, certificates)       a payee will never credit a voucher
"""

from zerobar.bank.syncing.engine import known_entry, sync, take_part
from zerobar.bank.syncing.errors import (
    CertificatesNeeded,
    LogRefused,
    PurseForked,
    StatementRefused,
    StateRefused,
)
from zerobar.bank.syncing.model import MOST_ENTRIES, Upload
from zerobar.bank.syncing.statements import take_statement

__all__ = [
    "MOST_ENTRIES",
    "CertificatesNeeded",
    "LogRefused",
    "PurseForked",
    "StateRefused",
    "StatementRefused",
    "Upload",
    "known_entry",
    "sync",
    "take_part",
    "take_statement",
]
