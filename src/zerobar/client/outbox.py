"""The outbox: what is to be asked is on the disk before it is sent, and stays until it is known.

After a crash, a flat battery or a lost answer, the same request with the same id is sent again,
and the bank does it once.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self
from uuid import UUID

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS request (
        id TEXT PRIMARY KEY,
        target TEXT NOT NULL,
        body BLOB NOT NULL,
        made_at_unix_s INTEGER NOT NULL,
        answer BLOB
    )
"""
_OWNER_ONLY: Final = 0o600


class OtherContent(Exception):
    """An id that is in the outbox already, for something else."""

    def __init__(self, id_: UUID) -> None:
        super().__init__(f"The id {id_} was used before, for something else. Make a new id.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A request in the outbox.

    Attributes:
        target: path and query.
        answer: the bank's, once it did what was asked; None while that is not known.
        in_doubt: it may have been sent before, so the bank may have done it already.
    """

    id: UUID
    target: str
    body: bytes = field(repr=False)
    answer: bytes | None = field(default=None, repr=False)
    in_doubt: bool = False


class Outbox:
    """Requests in an SQLite file; a context manager, and safe to share between threads.

    Args:
        path: made if missing, readable by its owner only.
        clock_unix_s: the time.
    """

    def __init__(self, path: Path, clock_unix_s: Callable[[], float]) -> None:
        path.touch(mode=_OWNER_ONLY)
        self._clock_unix_s = clock_unix_s
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # Without FULL, a request could be sent and then forgotten by a power cut.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(_TABLE)

    def keep(self, id_: UUID, target: str, body: bytes) -> Kept:
        """Store a request before it is sent; return it, with its answer if one is known already.

        Raises OtherContent.
        """
        with self._lock:
            new = self._connection.execute(
                "INSERT INTO request (id, target, body, made_at_unix_s) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING RETURNING id",
                (str(id_), target, body, int(self._clock_unix_s())),
            ).fetchone()
            kept = self._find(id_)
        if (kept.target, kept.body) != (target, body):
            raise OtherContent(id_)
        return replace(kept, in_doubt=new is None)

    def settle(self, id_: UUID, answer: bytes) -> None:
        """Note that the bank did what was asked."""
        with self._lock:
            self._connection.execute(
                "UPDATE request SET answer = ? WHERE id = ?", (answer, str(id_))
            )

    def forget(self, id_: UUID) -> None:
        """Drop a request that the bank has certainly not done."""
        with self._lock:
            self._connection.execute(
                "DELETE FROM request WHERE id = ? AND answer IS NULL", (str(id_),)
            )

    def unknown(self, most: int = 100) -> list[Kept]:
        """Return requests whose outcome is not known, oldest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, target, body, answer FROM request WHERE answer IS NULL"
                " ORDER BY made_at_unix_s, id LIMIT ?",
                (most,),
            ).fetchall()
        return [replace(_kept(row), in_doubt=True) for row in rows]

    def _find(self, id_: UUID) -> Kept:
        row = self._connection.execute(
            "SELECT id, target, body, answer FROM request WHERE id = ?", (str(id_),)
        ).fetchone()
        return _kept(row)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _kept(row: tuple[str, str, bytes, bytes | None]) -> Kept:
    return Kept(UUID(row[0]), *row[1:])
