"""What a commit costs on this disk, without a purse."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

_SLOT: Final = bytes(192)


class ScratchFile:
    """A file in which a slot's length is written and made to last."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    @contextmanager
    def beside(cls, purse: Path) -> Iterator[Self]:
        """Open one on the disk that holds a purse file, and remove it at the end."""
        path = purse.with_suffix(".scratch")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield cls(fd)
        finally:
            os.close(fd)
            path.unlink()

    def commit(self, times: int) -> None:
        """Write and wait, so often."""
        for _ in range(times):
            os.pwrite(self._fd, _SLOT, 0)
            os.fdatasync(self._fd)
