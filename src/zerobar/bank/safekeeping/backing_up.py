"""Making a backup: the database of one moment, settings and keys, in one encrypted file.

The bank goes on meanwhile. The file has another name until it is whole, so that whatever copies
backups away takes none that is half written.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from zerobar.bank.context import Bank
from zerobar.bank.installation import Installation
from zerobar.bank.purses.installing import AUTHORITY_FILE
from zerobar.bank.safekeeping.crate import CrateWriter
from zerobar.bank.safekeeping.dumping import dump
from zerobar.bank.safekeeping.errors import BackupExists
from zerobar.bank.staff import audit
from zerobar.database import Database

DUMP: Final = "database.dump"
MADE_AT: Final = "made-at"
SETTINGS: Final = "bank.json"
KEY: Final = "sealing.key"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made.

    Attributes:
        length: of the file, in bytes.
        hash: SHA-256 of the file, 32 bytes.
    """

    path: Path
    begun_at: datetime
    finished_at: datetime
    length: int
    hash: bytes


def back_up(
    bank: Bank, installation: Installation, database: Database, path: Path, passphrase: str
) -> Backup:
    """Make a backup and note it in the bank.

    Raises PassphraseTooShort, BackupExists or DatabaseToolFailed.

    Args:
        database: the bank's.
        path: of the file, or a folder in which it is named by the time.
    """
    begun_at = bank.clock()
    target = path / f"bank-{begun_at:%Y%m%dT%H%M%SZ}.backup" if path.is_dir() else path
    made = write_backup(
        target, passphrase, files_of(installation), (database, begun_at), bank.random
    )
    finished = Backup(target, begun_at, bank.clock(), *made)
    _note(bank, finished)
    return finished


def files_of(installation: Installation) -> dict[str, bytes]:
    """Return the files of a bank's folder that belong to a backup."""
    names = (SETTINGS, KEY, AUTHORITY_FILE)
    paths = {name: installation.folder / name for name in names}
    return {name: path.read_bytes() for name, path in paths.items() if path.exists()}


def write_backup(
    target: Path,
    passphrase: str,
    files: Mapping[str, bytes],
    source: tuple[Database, datetime],
    random: Callable[[int], bytes],
    **cost: int,
) -> tuple[int, bytes]:
    """Write a backup, whole or not at all, over nothing; return its length and SHA-256.

    Args:
        files: of the folder, by name.
        source: the database, and the time.
        random: as os.urandom.
        cost: see `CrateWriter`.
    """
    if target.exists():
        raise BackupExists(target)
    descriptor, name = tempfile.mkstemp(".unfinished", target.name + ".", target.parent)
    scratch = Path(name)
    database, made_at = source
    try:
        with os.fdopen(descriptor, "wb") as out:
            hashed = _Hashed(out)
            crate = CrateWriter(cast("BinaryIO", hashed), passphrase, random, **cost)
            _fill(crate, {MADE_AT: made_at.isoformat().encode(), **files}, database)
            os.fsync(descriptor)
        scratch.replace(target)
        _keep_name(target.parent)
    finally:
        scratch.unlink(missing_ok=True)
    return hashed.length, hashed.digest


def _keep_name(folder: Path) -> None:
    """Have a folder's names outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(crate: CrateWriter, files: Mapping[str, bytes], database: Database) -> None:
    for name, content in files.items():
        crate.begin(name)
        crate.add(content)
    crate.begin(DUMP)
    for piece in dump(database):
        crate.add(piece)
    crate.finish()


class _Hashed:
    """A file that is hashed while it is written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._hash = hashlib.sha256()
        self.length = 0

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that was written."""
        return self._hash.digest()

    def write(self, content: bytes) -> int:
        """Write."""
        self._hash.update(content)
        self.length += len(content)
        return self._out.write(content)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._out.flush()


def _note(bank: Bank, made: Backup) -> None:
    with bank.transaction() as connection:
        connection.execute(
            "INSERT INTO bank.backup (backup_id, begun_at, finished_at, bytes, file_hash)"
            " VALUES (%s, %s, %s, %s, %s)",
            (bank.new_id(), made.begun_at, made.finished_at, made.length, made.hash),
        )
        audit.append(
            bank, connection, audit.INSTALLER, "backup",
            begun_at=made.begun_at, length=made.length, sha256=made.hash.hex(),
        )  # fmt: skip
