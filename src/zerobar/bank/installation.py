"""A bank's folder: what it is, where its partners are, and the key of its sealed data.

bank.json     which operator it is and whom it asks; nothing secret. While the bank is being
              founded it has another name, so that a folder with bank.json is complete
sealing.key   32 bytes in hexadecimal: without them the database's personal data are lost
db/           the embedded database, unless DATABASE_URL names another
database.url  how to reach that database, while the bank runs
ledger.sock   where its processes reach the ledger, while it runs
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from zerobar.bank.sealing import KEY_LENGTH

_SETTINGS: Final = "bank.json"
_BEGUN: Final = "bank.json.begun"
_KEY: Final = "sealing.key"
_OWNER_ONLY_FOLDER: Final = 0o711
_OWNER_ONLY_FILE: Final = 0o600


class InstallationError(Exception):
    """Base of what can be wrong with a bank's folder."""


class NoBank(InstallationError):
    """There is no bank in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no bank in {folder}. Make one with `zerobar bank init`.")


class BankExists(InstallationError):
    """There is one already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is a bank in {folder} already. Serve it with `zerobar bank serve`,"
            " or name another folder."
        )


class OtherBankBegun(InstallationError):
    """Founding another bank in the folder was interrupted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Another bank was begun in {folder} and not finished. Repeat `zerobar bank init` with"
            " the options of that time, or name another folder."
        )


class BankUnfinished(InstallationError):
    """Putting a bank back into the database was interrupted."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"The bank in {database} was not put back to its end. Repeat `zerobar bank restore`"
            " with the folder of that time, or name another database."
        )


class BankDamaged(InstallationError):
    """A file of it cannot be read, or is open to others."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}. Put back what it was, from a backup if need be.")


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What bank.json says.

    Attributes:
        bank_url: of the bank that the cards belong to.
        identity_url: of who verifies names.
        sms_url: of who sends short messages; all three are the sandbox's in development.
        origin: of the web pages that may ask for passkeys; its host is what passkeys are for.
        pages: further origins of that host, such as those of wallets.
        development: whether merchants' webhooks may go to this machine.
    """

    operator_id: UUID
    operator_name: str
    bank_url: str
    identity_url: str
    sms_url: str
    origin: str
    pages: tuple[str, ...] = ()
    development: bool


@dataclass(frozen=True, slots=True)
class Installation:
    """A bank's folder, read."""

    folder: Path
    settings: Settings
    sealing_key: bytes = field(repr=False)

    @property
    def database_folder(self) -> Path:
        """Where the embedded database lives."""
        return self.folder / "db"

    @property
    def address_file(self) -> Path:
        """Tells how to reach the database while the bank runs; for its owner only."""
        return self.folder / "database.url"

    @property
    def ledger_socket(self) -> Path:
        """Where the bank's processes reach the one that posts."""
        return self.folder / "ledger.sock"


def begin(folder: Path, settings: Settings, random: Callable[[int], bytes]) -> Installation:
    """Make the folder of a bank that is to be founded, or go on with one that was begun.

    After an interruption the same settings give the same bank: its operator keeps the id that it
    was given at first. `finish` ends it. Raises BankExists or OtherBankBegun.
    """
    if (folder / _SETTINGS).exists():
        raise BankExists(folder)
    # Others may pass through, for the embedded database runs as a user of its own.
    folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    key_path, path = folder / _KEY, folder / _BEGUN
    if not key_path.exists():
        write_private(key_path, random(KEY_LENGTH).hex().encode())
    if not path.exists():
        write_private(path, msgspec.json.format(msgspec.json.encode(settings)))
    begun = _read_settings(path)
    if msgspec.structs.replace(settings, operator_id=begun.operator_id) != begun:
        raise OtherBankBegun(folder)
    return Installation(folder, begun, _read_key(key_path))


def finish(installation: Installation) -> None:
    """Let a bank be served from now on: all that founding it does was done."""
    (installation.folder / _BEGUN).replace(installation.folder / _SETTINGS)


def create(folder: Path, settings: Settings, random: Callable[[int], bytes]) -> Installation:
    """Make a bank's folder whose database is founded some other way; raises as `begin`."""
    finish(begin(folder, settings, random))
    return load(folder)


def load(folder: Path) -> Installation:
    """Read a bank's folder; raises NoBank or BankDamaged."""
    path = folder / _SETTINGS
    if not path.exists():
        raise NoBank(folder)
    return Installation(folder, _read_settings(path), _read_key(folder / _KEY))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    scratch = path.with_name(path.name + ".new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    scratch.replace(path)


def _read_settings(path: Path) -> Settings:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except msgspec.MsgspecError as error:
        raise BankDamaged(path, f"cannot be read: {error}") from None


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(path.read_text())
    except (FileNotFoundError, ValueError):
        raise BankDamaged(path, "is missing or not a key") from None
    if len(key) != KEY_LENGTH:
        raise BankDamaged(path, "is not a key")
    if path.stat().st_mode & 0o077:
        raise BankDamaged(path, "can be read by others")
    return key
