"""The bank's batches: what may fail in them though nobody made a mistake."""

from __future__ import annotations

from typing import Final

import psycopg

from zerobar.bank.errors import BankError
from zerobar.database import DatabaseFailure
from zerobar.database.batches import Batches
from zerobar.ledger import LedgerError

EXPECTED: Final = (BankError, LedgerError, DatabaseFailure, psycopg.Error)
"""What may happen though nobody made a mistake: others are away, or refuse."""

do_each: Final = Batches(EXPECTED).do_each
