"""An append-only file of what an operator has seen and signed, one JSON object a line.

A line is on the disk before anything made from it leaves. A line cut short by a power cut
was never acted upon, and is dropped when the file is opened again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

_AFTER_A_FAILURE: Final = "mend the disk, then do it again"


class JournalError(Exception):
    """The journal cannot be used; the text says why and what to do."""


class Journal:
    """An open journal, locked against other processes.

    Args:
        path: made if it does not exist, readable by its owner only.

    Raises JournalError when another process has it open or a line in the middle is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._failed = False
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._lock()
            self._lines = self._read()
        except BaseException:
            os.close(self._fd)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._lines)

    def append(self, line: dict[str, Any]) -> None:
        """Add a line; return once it is on the disk.

        Raises JournalError when the disk refuses: nothing is added, now or later, because what
        the disk holds after a failed write is not known until the file is opened again.
        """
        if self._failed:
            raise JournalError(f"an earlier write to {self.path} failed; {_AFTER_A_FAILURE}")
        end = os.lseek(self._fd, 0, os.SEEK_END)
        try:
            _write_all(self._fd, json.dumps(line, separators=(",", ":")).encode() + b"\n")
            os.fsync(self._fd)
        except OSError as error:
            self._failed = True
            self._take_back(end)
            what = f"{self.path} cannot be written: {error.strerror}"
            raise JournalError(f"{what}; {_AFTER_A_FAILURE}") from error
        self._lines.append(line)

    def _take_back(self, end: int) -> None:
        with suppress(OSError):
            os.ftruncate(self._fd, end)

    def close(self) -> None:
        """Release the file."""
        os.close(self._fd)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = f"{self.path} is in use; wait for the other command to end"
            raise JournalError(what) from None

    def _read(self) -> list[dict[str, Any]]:
        with open(self._fd, "rb", closefd=False) as file:
            raw = file.read()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) != len(raw):
            os.ftruncate(self._fd, len(whole))
        return [self._parsed(n, line) for n, line in enumerate(whole.splitlines(), 1)]

    def _parsed(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            parsed = json.loads(line)
        except ValueError:
            parsed = None
        if not isinstance(parsed, dict):
            raise JournalError(f"line {number} of {self.path} is damaged; restore a copy of it")
        return parsed


def _write_all(fd: int, raw: bytes) -> None:
    while raw:
        raw = raw[os.write(fd, raw) :]
