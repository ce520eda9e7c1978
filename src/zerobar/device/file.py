"""A device's SQLite file: on the disk before the step that it is for.

So a device whose battery dies in any moment knows afterwards what it was doing. Nothing in it is
secret, and nothing in it is money: value is in secure elements only.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

_OWNER_ONLY: Final = 0o600


class DeviceFile:
    """A file that several threads may use; a context manager.

    Args:
        path: made if missing, readable by its owner only.
        clock_unix_s: the time.
        tables: statements that make what is missing.
    """

    def __init__(self, path: Path, clock_unix_s: Callable[[], float], tables: str) -> None:
        path.touch(mode=_OWNER_ONLY)
        self._clock_unix_s = clock_unix_s
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # Without FULL, a voucher could be given away and then forgotten by a power cut.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(tables)

    def execute(self, statement: str, values: Sequence[object] = ()) -> None:
        """Do one statement, for good."""
        with self._lock:
            self._connection.execute(statement, values)

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Return the first row; None: there is none."""
        with self._lock:
            return self._connection.execute(statement, values).fetchone()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Do all of the statements or none, for one thread at a time."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def now(self) -> int:
        """Return the time in whole seconds since 1970."""
        return int(self._clock_unix_s())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
