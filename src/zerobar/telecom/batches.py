"""What is kept until the bank has answered: taken up when it is due, put off when it fails.

One item that fails holds up no other: it has been leased, and so comes again when that ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import psycopg

from zerobar.client.errors import ClientError
from zerobar.database import DatabaseFailure
from zerobar.database.batches import Batches
from zerobar.telecom.errors import TelecomError

LEASE: Final = timedelta(seconds=60)
"""For how long nobody else takes up what one process is doing."""
MOST_AT_ONCE: Final = 100

EXPECTED: Final = (ClientError, DatabaseFailure, TelecomError, psycopg.Error)
"""What may happen though nobody made a mistake: others are away, or refuse."""

do_each: Final = Batches(EXPECTED).do_each
