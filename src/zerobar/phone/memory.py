"""What the phone knows of itself: its key, who it belongs to, its session, its codes, its SIM.

In one SQLite file, readable by its owner only. Key and secret lie in it as they are: whoever can
read this account's files can act as this phone at the bank, but neither without the PIN for what
needs one, nor with the money in the SIM.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Self, TypeVar
from uuid import UUID, uuid4

import msgspec

from zerobar.client.http import RequestKey
from zerobar.device.file import DeviceFile
from zerobar.phone import paid
from zerobar.phone.folder import make_folder, memory_path
from zerobar.phone.paid import PaidStore
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_TABLES: Final = """
    PRAGMA secure_delete = ON;
    CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, content BLOB NOT NULL);
"""
Known = TypeVar("Known", bound="_Known")


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """Something the phone knows; much of it is secret, so none of it shows in logs."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class DeviceKey(_Known, frozen=True, kw_only=True):
    """The key that signs for this phone; the bank enrols its public half under the id."""

    key_id: UUID
    private_key: bytes

    def request_key(self) -> RequestKey:
        """Return it for requests to the bank."""
        return RequestKey(self.key_id, self.private_key)


class Opening(_Known, frozen=True, kw_only=True):
    """A wallet that is being opened: its id was kept before the bank was asked."""

    wallet_id: UUID


class SignedUp(_Known, frozen=True, kw_only=True):
    """Whose phone this is, and the session at the bank."""

    person_id: UUID
    wallet_id: UUID
    wallet_number: str
    token: str


class CodeSecret(_Known, frozen=True, kw_only=True):
    """What codes are derived from without a network, and the last one that was shown."""

    handle: str
    secret: bytes
    step: int = 0
    sequence: int = -1


class Purse(_Known, frozen=True, kw_only=True):
    """The SIM's purse, once it is linked to the wallet."""

    purse_id: bytes


class PhoneMemory:
    """The phone's own memory; a context manager, safe to share between threads.

    Args:
        path: made by `make_phone`.
        clock_unix_s: the time.

    Attributes:
        paid: what the SIM's purse paid.
    """

    def __init__(self, path: Path, clock_unix_s: Callable[[], float] = time.time) -> None:
        self._file = DeviceFile(path, clock_unix_s, _TABLES + paid.TABLES)
        self.paid = PaidStore(self._file)

    def read(self, kind: type[Known]) -> Known | None:
        """Return what is known of a kind; None: nothing."""
        row = self._file.row("SELECT content FROM known WHERE name = ?", (kind.__name__,))
        return None if row is None else msgspec.json.decode(row[0], type=kind)

    def write(self, known: _Known) -> None:
        """Know something, in place of what was known of its kind."""
        content: Any = msgspec.json.encode(known)
        self._file.execute(
            "INSERT OR REPLACE INTO known (name, content) VALUES (?, ?)",
            (type(known).__name__, content),
        )

    def forget(self, kind: type[_Known]) -> None:
        """Know nothing of a kind any longer."""
        self._file.execute("DELETE FROM known WHERE name = ?", (kind.__name__,))

    def key(self) -> DeviceKey:
        """Return the device's key, which it has from the beginning."""
        key = self.read(DeviceKey)
        assert key is not None, "a phone is made with its key"
        return key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def make_phone(folder: Path, random: Callable[[int], bytes] = os.urandom) -> None:
    """Make a new phone in a folder: a key, and nothing else. Raises FolderUnusable."""
    make_folder(folder)
    # Under another name until it is whole: half a phone is none.
    part = folder / "new.db"
    part.unlink(missing_ok=True)
    with PhoneMemory(part) as memory:
        key = P256.private_key(random(KEY_SEED_LENGTH))
        memory.write(DeviceKey(key_id=uuid4(), private_key=key))
    part.rename(memory_path(folder))
