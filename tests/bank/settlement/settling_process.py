"""A process that settles a batch and is killed on its way.

python settling_process.py CONNINFO SOCKET BATCH WHEN, where WHEN is "before" or "after" the
ledger is asked for the second time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

from psycopg_pool import ConnectionPool

from tests.bank.conftest import OPERATOR
from tests.bank.doubles import Doubles
from zerobar.bank.context import Bank
from zerobar.bank.sealing import KEY_LENGTH, Sealer
from zerobar.bank.settlement import Batch, engine, settle_batch
from zerobar.database import Connection
from zerobar.ledger import Answer, Posting, RemoteLedger

PART = 40


class LethalLedger(RemoteLedger):
    """Reaches the ledger, and kills its process the second time it is asked for something."""

    when = "before"
    asked = 0

    def submit_many(self, postings: Sequence[Posting]) -> Future[list[Answer]]:
        self.asked += 1
        if self.asked == 2 and self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answers = super().submit_many(postings)
        if self.asked == 2:
            answers.result()
            os.kill(os.getpid(), signal.SIGKILL)
        return answers


def main() -> None:
    conninfo, socket, path, when = sys.argv[1:]
    engine.PART = PART  # type: ignore[misc]
    with (
        ConnectionPool(
            conninfo, connection_class=Connection, kwargs={"autocommit": True}, open=True
        ) as pool,
        LethalLedger(Path(socket)) as ledger,
    ):
        ledger.when = when
        sealer = Sealer(bytes(KEY_LENGTH), os.urandom)
        partners = Doubles().partners
        bank = Bank(OPERATOR, pool, ledger, partners, sealer, lambda: datetime.now(UTC), os.urandom)
        settle_batch(bank, Batch.parse(Path(path).read_bytes()))


if __name__ == "__main__":
    main()
