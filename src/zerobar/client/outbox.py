"""The outbox: what is to be asked is on the disk before it is sent, and stays until it is known.

After a crash, a flat battery or a lost answer, the same request with the same id is sent again,
and the bank does it once. Of what is done only the answer is kept, and that for a month.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

DONE_KEPT_S: Final = 30 * 86_400
"""How long an answer is kept; whoever asks later is answered by the bank, as the first time."""

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS outgoing (
        id TEXT PRIMARY KEY,
        target TEXT NOT NULL,
        digest BLOB NOT NULL,
        body BLOB,
        outcome_at TEXT,
        made_at_unix_s INTEGER NOT NULL,
        sent_at_unix_s INTEGER,
        is_refused INTEGER NOT NULL DEFAULT 0,
        turns INTEGER NOT NULL DEFAULT 0,
        answer BLOB
    )
"""
_COLUMNS: Final = "id, target, body, outcome_at, sent_at_unix_s, is_refused, answer"
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
        body: empty once it is done.
        outcome_at: where the bank tells what became of it, if it does.
        sent_at_unix_s: when it was last sent, so that the bank may have done it already.
        is_refused: a later attempt was refused, but an earlier one may be done all the same.
        answer: the bank's, once it did what was asked; None while that is not known.
    """

    id: UUID
    target: str
    body: bytes = field(repr=False)
    outcome_at: str | None = None
    sent_at_unix_s: int | None = None
    is_refused: bool = False
    answer: bytes | None = field(default=None, repr=False)


class Outbox:
    """Requests in an SQLite file; a context manager, and safe to share between threads.

    Args:
        path: made if missing; readable by its owner only, whatever it was before.
        clock_unix_s: the time.
    """

    def __init__(self, path: Path, clock_unix_s: Callable[[], float]) -> None:
        path.touch(mode=_OWNER_ONLY)
        path.chmod(_OWNER_ONLY)
        self._clock_unix_s = clock_unix_s
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # Without FULL, a request could be sent and then forgotten by a power cut.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        # What is taken out, a body say, is written over rather than left in a free page.
        self._connection.execute("PRAGMA secure_delete = ON")
        self._connection.execute(_TABLE)
        self._do(
            "DELETE FROM outgoing WHERE answer IS NOT NULL AND made_at_unix_s < ?",
            int(clock_unix_s()) - DONE_KEPT_S,
        )

    def keep(self, id_: UUID, target: str, body: bytes, outcome_at: str | None = None) -> Kept:
        """Store a request before it is sent; return it, with its answer if one is known already.

        Raises OtherContent.
        """
        digest = hashlib.sha256(target.encode() + b"\n" + body).digest()
        with self._lock:
            self._connection.execute(
                "INSERT INTO outgoing (id, target, digest, body, outcome_at, made_at_unix_s)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (str(id_), target, digest, body, outcome_at, int(self._clock_unix_s())),
            )
            row = self._connection.execute(
                f"SELECT digest, {_COLUMNS} FROM outgoing WHERE id = ?",  # noqa: S608
                (str(id_),),
            ).fetchone()
        if row[0] != digest:
            raise OtherContent(id_)
        return replace(_kept(row[1:]), body=body)

    def note_sent(self, id_: UUID) -> None:
        """Note, before it is sent, that the bank may do it from now on."""
        self._do(
            "UPDATE outgoing SET sent_at_unix_s = ?, turns = turns + 1 WHERE id = ?",
            int(self._clock_unix_s()),
            str(id_),
        )

    def note_refused(self, id_: UUID) -> None:
        """Note that it was refused, although an earlier attempt may be done."""
        self._do(
            "UPDATE outgoing SET is_refused = 1, turns = turns + 1 WHERE id = ?",
            str(id_),
        )

    def settle(self, id_: UUID, answer: bytes) -> None:
        """Note that the bank did what was asked; what that was is not kept any longer."""
        self._do("UPDATE outgoing SET answer = ?, body = NULL WHERE id = ?", answer, str(id_))

    def forget(self, id_: UUID) -> None:
        """Drop a request that the bank has certainly not done."""
        self._do("DELETE FROM outgoing WHERE id = ? AND answer IS NULL", str(id_))

    def unknown(self, most: int = 100) -> list[Kept]:
        """Return requests whose outcome is not known: those tried least first, then the oldest."""
        with self._lock:
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM outgoing WHERE answer IS NULL"  # noqa: S608
                " ORDER BY turns, made_at_unix_s, id LIMIT ?",
                (most,),
            ).fetchall()
        return [_kept(row) for row in rows]

    def _do(self, statement: str, *values: Any) -> None:
        with self._lock:
            self._connection.execute(statement, values)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _kept(row: tuple[Any, ...]) -> Kept:
    id_, target, body, outcome_at, sent_at_unix_s, is_refused, answer = row
    refused = bool(is_refused)
    return Kept(UUID(id_), target, body or b"", outcome_at, sent_at_unix_s, refused, answer)
