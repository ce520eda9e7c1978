"""Putting a bank back: into a new folder and an empty database, never over a bank.

Until a bank is whole, its folder holds bank.json.restoring, and its database the same word in
`restoring.mark`. Where both are, and agree, an interrupted restore left what is there: the same
command clears it away and begins anew; until then no bank opens that database. Whatever else is
found is somebody's, and is not touched.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from zerobar.bank.installation import BankExists, Installation, Settings, load, write_private
from zerobar.bank.purses.installing import AUTHORITY_FILE
from zerobar.bank.running import (
    APPLICATION,
    IS_MARKED,
    MIGRATIONS,
    bank_of,
    database_of,
    migrate_all,
)
from zerobar.bank.safekeeping.backing_up import DUMP, KEY, MADE_AT, SETTINGS
from zerobar.bank.safekeeping.crate import read_crate
from zerobar.bank.safekeeping.dumping import restore
from zerobar.bank.safekeeping.errors import BackupDamaged, DatabaseNotEmpty, FolderNotEmpty
from zerobar.bank.safekeeping.reopening import reopen
from zerobar.database import PATIENT, Connection, Database, DatabaseFailure, connect
from zerobar.database.migrations import version_table
from zerobar.ledger import AnotherPoster, RemoteLedger, claim, release

RESTORING: Final = "bank.json.restoring"
_OF_A_BANK: Final = (KEY, AUTHORITY_FILE, "db", "database.url")
_MARK_LENGTH: Final = 16
_OWNER_ONLY_FOLDER: Final = 0o711
_LARGEST_FILE: Final = 1 << 20
_VERSIONS: Final = tuple(f"public.{version_table(package)}" for package in MIGRATIONS)
_IS_BANK: Final = (
    "SELECT to_regnamespace('bank') IS NOT NULL OR to_regnamespace('ledger') IS NOT NULL"
    " OR EXISTS (SELECT FROM unnest(%s::text[]) v WHERE to_regclass(v) IS NOT NULL)"
)
_CLEAR: Final = (
    "DROP SCHEMA IF EXISTS bank CASCADE",
    "DROP SCHEMA IF EXISTS ledger CASCADE",
    *(f"DROP TABLE IF EXISTS {table}" for table in _VERSIONS),
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

    Raises BankExists, FolderNotEmpty, DatabaseNotEmpty, NotABackup, WrongPassphrase, BackupDamaged
    or DatabaseToolFailed.
    """
    if (folder / SETTINGS).exists():
        raise BankExists(folder)
    pieces = read_crate(source, passphrase)
    files = read_files(pieces)
    begun = _installation(folder, files)
    made_at = datetime.fromisoformat(files[MADE_AT].decode())
    with _marked(folder) as mark, database_of(begun) as database:
        with _emptied(database, mark):
            _write_files(folder, files)
            restore(database, dump_of(pieces))
            migrate_all(database, is_restoring=True)
            with (
                RemoteLedger(begun.ledger_socket) as nobody,
                bank_of(begun, database, nobody) as bank,
            ):
                reopen(bank, made_at)
        write_private(folder / RESTORING, files[SETTINGS])
        (folder / RESTORING).replace(folder / SETTINGS)
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


def _installation(folder: Path, files: dict[str, bytes]) -> Installation:
    settings = msgspec.json.decode(files[SETTINGS], type=Settings)
    return Installation(folder, settings, bytes.fromhex(files[KEY].decode()))


@contextmanager
def _marked(folder: Path) -> Iterator[str]:
    """Give the word that tells a folder as this restore's; raises FolderNotEmpty."""
    path = folder / RESTORING
    if not path.exists():
        if found := _found(folder):
            raise FolderNotEmpty(folder, found)
        # Others may pass through, for the embedded database runs as a user of its own.
        folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        write_private(path, secrets.token_hex(_MARK_LENGTH).encode())
    try:
        yield path.read_text()
    except (DatabaseNotEmpty, DatabaseFailure):
        # Nothing was begun: what somebody puts here later must not pass for a restore's.
        if not _found(folder):
            path.unlink()
        raise


def _found(folder: Path) -> list[str]:
    """Return what of a bank is in a folder."""
    return [name for name in _OF_A_BANK if (folder / name).exists()]


@contextmanager
def _emptied(database: Database, mark: str) -> Iterator[None]:
    """Have an empty database to oneself, marked until it is whole; raises DatabaseNotEmpty.

    Nobody can post there meanwhile, so that no bank that runs is ever met.
    """
    with connect(database, APPLICATION, PATIENT, autocommit=True) as connection:
        try:
            claim(connection)
        except AnotherPoster:
            raise DatabaseNotEmpty(str(database)) from None
        try:
            _make_room(connection, database, mark)
            yield
            connection.execute("DROP SCHEMA restoring CASCADE")
        finally:
            release(connection)


def _make_room(connection: Connection, database: Database, mark: str) -> None:
    """Mark a database that is empty; clear one that bears the mark."""
    is_marked = connection.execute(IS_MARKED).fetchone() == (True,)
    if is_marked and connection.execute("SELECT word FROM restoring.mark").fetchone() == (mark,):
        for statement in _CLEAR:
            connection.execute(statement)
    elif is_marked or connection.execute(_IS_BANK, (list(_VERSIONS),)).fetchone() == (True,):
        raise DatabaseNotEmpty(str(database))
    else:
        with connection.transaction():
            connection.execute("CREATE SCHEMA restoring")
            connection.execute("CREATE TABLE restoring.mark (word text NOT NULL)")
            connection.execute("INSERT INTO restoring.mark VALUES (%s)", (mark,))


def _write_files(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name not in (SETTINGS, MADE_AT):
            write_private(folder / Path(name).name, content)
