"""Where a backup is written, and how PostgreSQL's programs are listened to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bank.conftest import BEGINNING
from tests.bank.safekeeping.conftest import CHEAP, PASSPHRASE
from tests.postgres import NewDatabase
from zerobar.bank.safekeeping import dumping
from zerobar.bank.safekeeping.backing_up import write_backup
from zerobar.bank.safekeeping.dumping import dump, restore
from zerobar.bank.safekeeping.errors import BackupDamaged, BackupExists, DatabaseToolFailed
from zerobar.database import Database

pytestmark = pytest.mark.slow


def write(target: Path, database: Database) -> None:
    write_backup(target, PASSPHRASE, {}, (database, BEGINNING), os.urandom, **CHEAP)


def test_no_backup_is_written_over_a_file(database: Database, scratch: Path) -> None:
    target = scratch / "kept.backup"
    target.write_bytes(b"an older one")
    with pytest.raises(BackupExists):
        write(target, database)
    assert target.read_bytes() == b"an older one" and list(scratch.iterdir()) == [target]


def test_what_others_laid_in_the_way_is_not_written_into(database: Database, scratch: Path) -> None:
    theirs, target = scratch / "theirs", scratch / "kept.backup"
    theirs.touch(mode=0o666)
    (scratch / "kept.backup.unfinished").symlink_to(theirs)
    write(target, database)
    assert theirs.read_bytes() == b""
    assert not target.is_symlink() and target.stat().st_mode & 0o777 == 0o600
    assert target.stat().st_ino != theirs.stat().st_ino


def test_a_backups_name_is_on_the_disk_when_it_is_told(
    database: Database, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, synced = scratch / "kept.backup", []
    real = os.fsync

    def told(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").resolve(), target.exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", told)
    write(target, database)
    assert synced[-1] == (scratch.resolve(), True)


class Programs:
    """Programs of PostgreSQL's that are really one of ours."""

    def __init__(self, folder: Path, code: str) -> None:
        self._path = folder / "program"
        self._path.write_text(f"#!{sys.executable}\n{code}\n")
        self._path.chmod(0o755)

    def path(self, _: str) -> Path:
        return self._path


def test_a_program_that_complains_at_length_is_heard_to_its_end(
    database: Database, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys; sys.stderr.write('x' * 1_000_000 + ' the end'); print('y'); sys.exit(3)"
    programs = Programs(scratch, code)
    monkeypatch.setattr(dumping, "installed_programs", lambda: programs)
    with pytest.raises(DatabaseToolFailed, match="the end"):
        list(dump(database))


def test_what_follows_all_that_was_needed_is_still_found_to_be_damaged(
    database: Database, new_database: NewDatabase
) -> None:
    def pieces() -> Iterator[bytes]:
        yield from dump(database)
        for _ in range(64):
            yield bytes(1 << 16)
        raise BackupDamaged("it ends before its end")

    with pytest.raises(BackupDamaged):
        restore(new_database(), pieces())
