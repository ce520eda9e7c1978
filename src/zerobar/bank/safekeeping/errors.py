"""What can go wrong with a backup.

SafekeepingError
+-- NotABackup          the file is none
+-- WrongPassphrase     it was encrypted under another one, or its beginning was changed
+-- BackupDamaged       it was cut off or changed
+-- PassphraseTooShort  whoever has the file could guess it
+-- BackupExists        there is a file where one is to be written
+-- FolderNotEmpty      files of a bank are where one is to be put back
+-- DatabaseNotEmpty    there is a bank where one is to be put back
+-- DatabaseToolFailed  pg_dump or pg_restore gave up
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class SafekeepingError(Exception):
    """Base of what can go wrong with a backup."""


class NotABackup(SafekeepingError):
    """The file is no backup of a bank."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This is no backup of a bank: {why}. Name a file that a backup wrote.")


class WrongPassphrase(SafekeepingError):
    """The backup was encrypted under another passphrase."""

    def __init__(self) -> None:
        super().__init__(
            "The passphrase is not the one that this backup was encrypted with, or the file's"
            " beginning was changed. Try the passphrase of the day when it was made."
        )


class BackupDamaged(SafekeepingError):
    """The backup was cut off or changed."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The backup is damaged: {why}. Nothing of it was put back; take another copy of it."
        )


class PassphraseTooShort(SafekeepingError):
    """Whoever has the file could guess the passphrase."""

    def __init__(self, least: int) -> None:
        super().__init__(
            f"A backup holds every key of the bank: its passphrase needs {least} characters."
            " Choose six words by dice, and keep them where the backups are not."
        )


class BackupExists(SafekeepingError):
    """There is a file where a backup is to be written."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"There is {path} already. Name another file, or a folder: backups are not overwritten."
        )


class FolderNotEmpty(SafekeepingError):
    """Files of a bank are where one is to be put back, and no interrupted restore left them."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        super().__init__(
            f"{folder} holds {', '.join(names)}, which may be a bank's. Name another folder;"
            " nothing is ever put back over a bank."
        )


class DatabaseNotEmpty(SafekeepingError):
    """There is a bank in the database where one is to be put back, or somebody else puts one."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"There is a bank in {database} already, or one that is being put back. Name an empty"
            " database and another folder; nothing is ever put back over a bank."
        )


class DatabaseToolFailed(SafekeepingError):
    """A program of PostgreSQL's gave up."""

    def __init__(self, program: str, told: str) -> None:
        super().__init__(
            f"{program} gave up: {told}. See that the database runs and its disk has room,"
            " then begin anew."
        )
