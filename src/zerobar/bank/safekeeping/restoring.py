"""Putting a bank back: into a new folder and an empty database, never over a bank.

bank.json.restoring   the settings, until everything is in its place; the same command then begins
                      anew, on the same folder
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from zerobar.bank.installation import BankExists, Installation, Settings, load, write_private
from zerobar.bank.running import APPLICATION, bank_of, database_of, ledger_of, migrate_all
from zerobar.bank.safekeeping.backing_up import DUMP, KEY, MADE_AT, SETTINGS
from zerobar.bank.safekeeping.crate import read_crate
from zerobar.bank.safekeeping.dumping import restore
from zerobar.bank.safekeeping.errors import BackupDamaged, DatabaseNotEmpty
from zerobar.bank.safekeeping.reopening import reopen
from zerobar.database import PATIENT, Database, connect

_RESTORING: Final = "bank.json.restoring"
_OWNER_ONLY_FOLDER: Final = 0o711
_LARGEST_FILE: Final = 1 << 20
_IS_THERE: Final = "SELECT to_regclass('bank.operator') IS NOT NULL"
_CLEAR: Final = (
    "DROP SCHEMA IF EXISTS bank CASCADE",
    "DROP SCHEMA IF EXISTS ledger CASCADE",
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
)


@dataclass(frozen=True, slots=True)
class Restored:
    """A bank that was put back.

    Attributes:
        made_at: when its backup was made: what happened after it is lost here.
    """

    installation: Installation
    made_at: datetime


def restore_bank(source: BinaryIO, passphrase: str, folder: Path) -> Restored:
    """Put a bank back into a folder, and ready it to be served.

    Its database is embedded unless DATABASE_URL names one, which has to be empty. Asked again after
    an interruption, it begins anew.

    Raises BankExists, DatabaseNotEmpty, NotABackup, WrongPassphrase, BackupDamaged or
    DatabaseToolFailed.
    """
    if (folder / SETTINGS).exists():
        raise BankExists(folder)
    pieces = read_crate(source, passphrase)
    files = read_files(pieces)
    begun = _write_folder(folder, files)
    made_at = datetime.fromisoformat(files[MADE_AT].decode())
    with database_of(begun) as database:
        _make_room(database, is_ours=(folder / "db").exists())
        restore(database, dump_of(pieces))
        migrate_all(database)
        with ledger_of(database) as ledger, bank_of(begun, database, ledger) as bank:
            reopen(bank, made_at)
    (folder / _RESTORING).replace(folder / SETTINGS)
    return Restored(load(folder), made_at)


def read_files(pieces: Iterator[tuple[str, bytes]]) -> dict[str, bytes]:
    """Return the files that come before the database, by name; raises as `read_crate`."""
    files: dict[str, bytes] = {}
    for name, content in pieces:
        if name == DUMP:
            break
        files[name] = files.get(name, b"") + content
        if len(files[name]) > _LARGEST_FILE:
            raise BackupDamaged(f"its file {name} is too large to be one of a bank's")
    for name in (MADE_AT, SETTINGS, KEY):
        if name not in files:
            raise BackupDamaged(f"it lacks {name}")
    return files


def dump_of(pieces: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    """Yield the database, after `read_files`; raises BackupDamaged if it is not whole."""
    for name, content in pieces:
        if name != DUMP:
            raise BackupDamaged(f"{name} follows its database")
        yield content


def _write_folder(folder: Path, files: dict[str, bytes]) -> Installation:
    # Others may pass through, for the embedded database runs as a user of its own.
    folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    write_private(folder / _RESTORING, files[SETTINGS])
    for name, content in files.items():
        if name not in (SETTINGS, MADE_AT):
            write_private(folder / Path(name).name, content)
    settings = msgspec.json.decode(files[SETTINGS], type=Settings)
    return Installation(folder, settings, bytes.fromhex(files[KEY].decode()))


def _make_room(database: Database, *, is_ours: bool) -> None:
    """See that a database is empty; what is left in ours by an interruption is cleared away."""
    with connect(database, APPLICATION, PATIENT, autocommit=True) as connection:
        if connection.execute(_IS_THERE).fetchone() != (True,):
            return
        if not is_ours:
            raise DatabaseNotEmpty(str(database))
        for statement in _CLEAR:
            connection.execute(statement)
