"""A telecom's folder: who it is, which bank it has joined, and its keys.

telecom.json   all settings, the password at the SMSC among them
server.key     signs requests to the bank: P-256, 32 bytes in hexadecimal
assertion.key  signs assertions of phone numbers: P-256, 32 bytes in hexadecimal
biller.key     signs what cards are asked to pay to it: P-256, 32 bytes in hexadecimal
api.token      lets the telecom's own programs in
db/            the embedded database, unless DATABASE_URL names another
database.url   how to reach that database, while the telecom runs

All files are for their owner only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey

from zerobar.client.enrolment import write_64
from zerobar.purse.suites import KEY_SEED_LENGTH, P256
from zerobar.telecom.assertions import Guarantor
from zerobar.telecom.model import Terms

_SETTINGS: Final = "telecom.json"
_SERVER_KEY: Final = "server.key"
_ASSERTION_KEY: Final = "assertion.key"
_BILLER_KEY: Final = "biller.key"
_TOKEN_FILE: Final = "api.token"  # noqa: S105 - a name
_TOKEN_LENGTH: Final = 32
_KEY_LENGTH: Final = 32
_OWNER_ONLY_FOLDER: Final = 0o711
_OWNER_ONLY_FILE: Final = 0o600


GiveBackDays: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=365)]


class InstallationError(Exception):
    """Base of what can be wrong with a telecom's folder."""


class NoTelecom(InstallationError):
    """There is no telecom in the folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"There is no telecom in {folder}. Make one with `zerobar telecom init`.")


class TelecomExists(InstallationError):
    """There is one already."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is a telecom in {folder} already. Serve it with `zerobar telecom serve`,"
            " or name another folder."
        )


class TelecomDamaged(InstallationError):
    """A file of it cannot be read, or is open to others."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path} {problem}. Put back what it was, from a backup if need be.")


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of telecom.json."""


class Joined(_Kept, frozen=True, kw_only=True):
    """What the telecom is at its bank.

    Attributes:
        operator_id: the bank's, which assertions are for.
        server_key_id: under which the bank knows server.key.
        shop_id: where orders for top-ups are made.
        biller_id: of the payee that the bank hosts for it, 8 bytes in hexadecimal.
        webhook_key: checks the bank's notices (Ed25519), 32 bytes in hexadecimal.
        hears_notices: the bank was told where to send them.
    """

    operator_id: UUID
    server_key_id: UUID
    shop_id: UUID
    biller_id: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    webhook_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    hears_notices: bool = False


class SmscAccess(_Kept, frozen=True, kw_only=True):
    """How to bind to the SMSC; SMPP allows 8 characters for a password."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=0xFFFF)]
    system_id: Annotated[str, msgspec.Meta(min_length=1, max_length=15)]
    password: Annotated[str, msgspec.Meta(max_length=8)]

    def __repr__(self) -> str:
        return f"SmscAccess({self.host}:{self.port})"


class Settings(_Kept, frozen=True, kw_only=True):
    """What telecom.json says.

    Attributes:
        name: of the telecom.
        partner: as its assertions name it in `iss`.
        key_name: as they name their key in `kid`.
        gateways: addresses of the access network's gateways, whose word for a line is taken.
        joined: None until it has joined a bank.
        smsc: None: vouchers by SMS are not received.
        give_back_after_days: after which a voucher for no line goes back to its payer by itself.
    """

    name: str
    partner: str
    key_name: str
    bank_url: str
    gateways: list[str]
    joined: Joined | None = None
    smsc: SmscAccess | None = None
    give_back_after_days: GiveBackDays = Terms().give_back_after_days


@dataclass(frozen=True, slots=True)
class Installation:
    """A telecom's folder, read."""

    folder: Path
    settings: Settings
    server_key: bytes = field(repr=False)
    assertion_key: bytes = field(repr=False)
    biller_key: bytes = field(repr=False)
    api_token: str = field(repr=False)

    @property
    def database_folder(self) -> Path:
        """Where the embedded database lives."""
        return self.folder / "db"

    @property
    def address_file(self) -> Path:
        """Tells how to reach the database while the telecom runs; for its owner only."""
        return self.folder / "database.url"

    @property
    def server_public_key(self) -> str:
        """What the bank's staff take the merchant on with: X||Y in base64url."""
        return write_64(P256.public_key(self.server_key))

    @property
    def biller_public_key(self) -> str:
        """What the bank's staff host its payee with: X||Y in base64url."""
        return write_64(P256.public_key(self.biller_key))

    @property
    def assertion_public_pem(self) -> str:
        """What `zerobar bank partner add` takes."""
        key = ec.derive_private_key(int.from_bytes(self.assertion_key), ec.SECP256R1())
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem.decode()

    @property
    def guarantor(self) -> Guarantor:
        """Who vouches for phone numbers."""
        key = ec.derive_private_key(int.from_bytes(self.assertion_key), ec.SECP256R1())
        return Guarantor(self.settings.partner, self.settings.key_name, ECKey.import_key(key))


def create(folder: Path, settings: Settings, random: Callable[[int], bytes]) -> Installation:
    """Make a telecom's folder and its keys; raises TelecomExists."""
    if (folder / _SETTINGS).exists():
        raise TelecomExists(folder)
    # Others may pass through, for the embedded database runs as a user of its own.
    folder.mkdir(mode=_OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    for name in (_SERVER_KEY, _ASSERTION_KEY, _BILLER_KEY):
        write_private(folder / name, P256.private_key(random(KEY_SEED_LENGTH)).hex().encode())
    write_private(folder / _TOKEN_FILE, random(_TOKEN_LENGTH).hex().encode())
    # Last, so that a folder with telecom.json is complete.
    change(folder, settings)
    return load(folder)


def change(folder: Path, settings: Settings) -> None:
    """Write other settings."""
    write_private(folder / _SETTINGS, msgspec.json.format(msgspec.json.encode(settings)))


def load(folder: Path) -> Installation:
    """Read a telecom's folder; raises NoTelecom or TelecomDamaged."""
    path = folder / _SETTINGS
    if not path.exists():
        raise NoTelecom(folder)
    try:
        settings = msgspec.json.decode(path.read_bytes(), type=Settings)
    except msgspec.MsgspecError as error:
        raise TelecomDamaged(path, f"cannot be read: {error}") from None
    return Installation(
        folder,
        settings,
        server_key=_read_key(folder / _SERVER_KEY),
        assertion_key=_read_key(folder / _ASSERTION_KEY),
        biller_key=_read_key(folder / _BILLER_KEY),
        api_token=_read_private(folder / _TOKEN_FILE),
    )


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


def _read_private(path: Path) -> str:
    if not path.exists():
        raise TelecomDamaged(path, "is missing")
    if path.stat().st_mode & 0o077:
        raise TelecomDamaged(path, "can be read by others")
    return path.read_text().strip()


def _read_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(_read_private(path))
    except ValueError:
        raise TelecomDamaged(path, "is not a key") from None
    if len(key) != _KEY_LENGTH:
        raise TelecomDamaged(path, "is not a key")
    return key
