"""An append-only file of what an operator has seen and signed, one JSON object a line.

A line is on the disk before anything made from it leaves. A line cut short by a power cut
was never acted upon, and is dropped when the file is opened again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self


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
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise JournalError(f"{path} is in use; wait for the other command to end") from None
        self._lines = self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._lines)

    def append(self, line: dict[str, Any]) -> None:
        """Add a line; return once it is on the disk."""
        raw = json.dumps(line, separators=(",", ":")).encode() + b"\n"
        _write_all(self._fd, raw)
        os.fsync(self._fd)
        self._lines.append(line)

    def close(self) -> None:
        """Release the file."""
        os.close(self._fd)

    def _read(self) -> list[dict[str, Any]]:
        with open(self._fd, "rb", closefd=False) as file:
            raw = file.read()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) != len(raw):
            os.ftruncate(self._fd, len(whole))
        os.lseek(self._fd, 0, os.SEEK_END)
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
