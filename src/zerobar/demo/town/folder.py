"""A demo's folder: gone with the demo, and if that was killed, gone with the next one.

In the folder is a file that the demo holds a lock on for as long as it lives, however it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "zerobar-demo-"
_LOCK: Final = "lock"
_UNLOCKED: Final = "lock.new"


def new_folder(stack: ExitStack) -> Path:
    """Make a temporary folder for a town; what killed demos have left is removed first."""
    _remove_left(Path(tempfile.gettempdir()))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX)))
    stack.enter_context(_held(folder))
    # PostgreSQL's user has to pass through, when root plays.
    folder.chmod(0o711)
    return folder


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; nobody finds it before it is held."""
    with (folder / _UNLOCKED).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / _UNLOCKED).rename(folder / _LOCK)
        yield


def _remove_left(where: Path) -> None:
    for folder in where.glob(f"{_PREFIX}*"):
        if _is_own(folder) and _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _is_left(folder: Path) -> bool:
    """Whether the demo that made a folder is gone."""
    try:
        with (folder / _LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        # It is held, or the folder is only just being made.
        return False
    return True
