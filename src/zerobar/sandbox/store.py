"""The sandbox's store: one SQLite file, used from one thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from zerobar.sandbox.people import PEOPLE

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS person (
    resident_id TEXT PRIMARY KEY, name TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS card (
    number TEXT PRIMARY KEY, token TEXT NOT NULL UNIQUE, resident_id TEXT NOT NULL,
    phone TEXT NOT NULL, balance_fen INTEGER NOT NULL CHECK (balance_fen >= 0)
) STRICT;
CREATE TABLE IF NOT EXISTS card_order (
    account TEXT NOT NULL, order_id TEXT NOT NULL, way TEXT NOT NULL, card_token TEXT NOT NULL,
    amount_fen INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
    queries_left INTEGER NOT NULL, PRIMARY KEY (account, order_id)
) STRICT;
CREATE TABLE IF NOT EXISTS booking (
    number INTEGER PRIMARY KEY, account TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
    reference TEXT NOT NULL, amount_fen INTEGER NOT NULL, booked_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS booking_of_day ON booking (account, day);
CREATE TABLE IF NOT EXISTS transfer_file (
    account TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (account, name)
) STRICT;
CREATE TABLE IF NOT EXISTS transfer (
    account TEXT NOT NULL, file TEXT NOT NULL, end_to_end_id TEXT NOT NULL,
    creditor_account TEXT NOT NULL, amount_fen INTEGER NOT NULL, status TEXT NOT NULL,
    reason TEXT NOT NULL, queries_left INTEGER NOT NULL,
    PRIMARY KEY (account, file, end_to_end_id)
) STRICT;
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, sent_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS message_of_phone ON message (phone, number);
"""


class Store:
    """The tables, filled with test people when they are new.

    Args:
        path: of the file; `:memory:` keeps nothing.
    """

    def __init__(self, path: Path | str) -> None:
        # The program's one event loop is the only user, though it may not be the maker's thread.
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        self.database.executescript(_TABLES)
        with self.transaction() as database:
            if database.execute("SELECT 1 FROM person").fetchone() is None:
                _seed(database)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of it or nothing."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield self.database
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")

    def close(self) -> None:
        """Let the file go."""
        self.database.close()


def _seed(database: sqlite3.Connection) -> None:
    for person in PEOPLE:
        database.execute("INSERT INTO person VALUES (?, ?)", (person.resident_id, person.name))
        for card in person.cards:
            database.execute(
                "INSERT INTO card VALUES (?, ?, ?, ?, ?)",
                (
                    card.number,
                    f"token-of-card-{card.number[-4:]}",
                    person.resident_id,
                    card.phone,
                    card.balance_fen,
                ),
            )
