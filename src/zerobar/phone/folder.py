"""A phone's folder: what its program keeps between two starts, for its owner only.

| file | what |
|---|---|
| `phone.db` | the device's key, the session, the secret of its codes |
| `device.db` | taps, vouchers on their way, loads, news |
| `outbox.db` | what was asked of the bank, until it is known |
| `token` | what the screen shows to be let in |
| `lock` | held by the one program that runs |
"""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path
from typing import Final, Self

from zerobar.phone.errors import FolderUnusable

_OWNER_ONLY: Final = 0o600
_OWNERS_FOLDER: Final = 0o700
_TOKEN_BYTES: Final = 32


class PhoneFolder:
    """A folder that this process alone uses; a context manager that lets it go.

    Raises FolderUnusable when it is no phone's, or another program runs with it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not self.memory.is_file():
            raise FolderUnusable(path, "there is no phone in it")
        self._lock = os.open(path / "lock", os.O_CREAT | os.O_RDWR, _OWNER_ONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise FolderUnusable(path, "another program runs this phone") from None

    @property
    def memory(self) -> Path:
        """Where the phone's own memory is."""
        return memory_path(self.path)

    @property
    def device(self) -> Path:
        """Where the device's rules keep what they need."""
        return self.path / "device.db"

    @property
    def outbox(self) -> Path:
        """Where requests to the bank are kept."""
        return self.path / "outbox.db"

    def token(self) -> str:
        """Return what the screen shows to be let in; made new if the file is missing."""
        path = self.path / "token"
        if not path.exists():
            write_private(path, secrets.token_urlsafe(_TOKEN_BYTES).encode())
        return path.read_text(encoding="ascii")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # The lock ends with the file: also when the process is killed.
        os.close(self._lock)


def memory_path(folder: Path) -> Path:
    """Return where a folder's phone keeps its own memory."""
    return folder / "phone.db"


def make_folder(path: Path) -> None:
    """Make a folder for a new phone; raises FolderUnusable where there is one already."""
    path.mkdir(mode=_OWNERS_FOLDER, parents=True, exist_ok=True)
    if memory_path(path).exists():
        raise FolderUnusable(path, "a phone is in it already")
    path.chmod(_OWNERS_FOLDER)


def write_private(path: Path, content: bytes) -> None:
    """Write a whole new file that only its owner can read, or none."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
