"""What can go wrong with a virtual secure element.

ElementError
+-- PurseFileError            a purse file cannot be used; it says which and why
|   +-- PurseFileMissing      there is no such file
|   +-- PurseFileExists       a blank purse would overwrite a file
|   +-- PurseFileNotCreated   the disk refused a new file
|   +-- NotAPurseFile         another kind of file, or cut short
|   +-- PurseFileExposed      other users of the machine could read its keys
|   +-- PurseFileInUse        another process holds it
|   +-- StorageFailed         the disk refused a write; the purse stops at once
+-- AntennaUnavailable        the antenna's address cannot be listened on
"""

from __future__ import annotations

from pathlib import Path


class ElementError(Exception):
    """Base of all errors of the virtual secure element; the text says what to do."""


class PurseFileError(ElementError):
    """A purse file cannot be used.

    Attributes:
        path: the file.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path


class PurseFileMissing(PurseFileError):
    """There is no such file."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is no such file; create a purse first")


class PurseFileExists(PurseFileError):
    """A file is there already; a purse is never overwritten, for it may hold money."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "already exists and may hold money; choose another name")


class PurseFileNotCreated(PurseFileError):
    """The disk refused a new file; nothing was left behind."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, f"could not be created: {problem}")


class NotAPurseFile(PurseFileError):
    """The file is of another kind, of another version, or cut short."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, f"is not a usable purse file: {problem}")


class PurseFileExposed(PurseFileError):
    """Other users of the machine could read or change the file, which holds private keys."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(path, f"has mode {mode:04o}, so others can reach its keys; chmod 600 it")


class PurseFileInUse(PurseFileError):
    """Another process holds the purse.

    Attributes:
        holder: its process id, or None where the system does not tell.
    """

    def __init__(self, path: Path, holder: int | None) -> None:
        who = "another process" if holder is None else f"another process ({holder})"
        super().__init__(path, f"{who} holds this purse; stop it first")
        self.holder = holder


class StorageFailed(PurseFileError):
    """The disk refused a write: whether it lasts is unknown, so the purse stops at once."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, f"{problem}; the purse has stopped: mend the disk, start it again")


class AntennaUnavailable(ElementError):
    """The antenna's address cannot be listened on."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {problem}; choose another port")
