"""A till's folder: who it is at the bank, its key, its files. All for its owner only.

pos.json     the bank, the shop, the readers
till.key     the till's key at the bank, P-256, 32 bytes
pos.db       sales, refunds, cashiers, closings
device.db    the purse's taps and the queue to the operator
outbox.db    what was sent to the bank and is not answered
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import TillClient, enrol_till
from zerobar.pos.bill_store import Biller
from zerobar.pos.errors import FolderError
from zerobar.pos.till import Place
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

SETTINGS: Final = "pos.json"
_KEY: Final = "till.key"
_OWNER_ONLY: Final = 0o600
_HEAD_LENGTH: Final = 8
_KEY_LENGTH: Final = 32


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A till's settings.

    Attributes:
        key_id: under which the bank knows the till's key.
        sam: where the till's own purse is.
        reader: where customers tap; None: nowhere unless a tap names it.
        billers: whose bills are collected.
    """

    bank_url: str
    terminal_id: UUID
    key_id: UUID
    shop_id: UUID
    merchant: str
    shop: str
    till: str
    sam: str
    reader: str | None = None
    billers: list[Biller] = []

    @property
    def place(self) -> Place:
        """Where the till stands."""
        head = self.terminal_id.hex[-_HEAD_LENGTH:]
        return Place(self.shop_id, self.merchant, self.shop, self.till, head)


class NewTill(msgspec.Struct, frozen=True, kw_only=True):
    """A till that the merchant's server has added, to be enrolled here."""

    bank_url: str
    terminal_id: UUID
    code: str
    shop_id: UUID
    shop: str
    till: str
    sam: str
    reader: str | None = None
    billers: list[Biller] = []


def make(folder: Path, new: NewTill, random: Callable[[int], bytes] = os.urandom) -> Settings:
    """Enrol a till and keep what it needs; interrupted, it may be done again with a new code.

    Raises FolderError when a till is there already, or ClientError.
    """
    if (folder / SETTINGS).exists():
        raise FolderError(folder=folder, why="a till is there already")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The key first: one that the bank knows and the till has lost would be of no use.
    private_key = _kept_key(folder / _KEY, random)
    with BankHttp(new.bank_url) as http:
        key = enrol_till(http, new.terminal_id, new.code, private_key)
    with BankHttp(new.bank_url, key) as http:
        merchant = TillClient(http).merchant()
    settings = Settings(
        bank_url=new.bank_url,
        terminal_id=new.terminal_id,
        key_id=key.id,
        shop_id=new.shop_id,
        merchant=merchant.name,
        shop=new.shop,
        till=new.till,
        sam=new.sam,
        reader=new.reader,
        billers=new.billers,
    )
    _write(folder / SETTINGS, msgspec.json.format(msgspec.json.encode(settings)))
    return settings


def load(folder: Path) -> tuple[Settings, RequestKey]:
    """Read a till's settings and key; raises FolderError."""
    try:
        settings = msgspec.json.decode((folder / SETTINGS).read_bytes(), type=Settings)
        private_key = (folder / _KEY).read_bytes()
    except OSError as error:
        raise FolderError(folder=folder, why=error.strerror) from None
    except msgspec.MsgspecError as error:
        raise FolderError(folder=folder, why=str(error)) from None
    if len(private_key) != _KEY_LENGTH:
        raise FolderError(folder=folder, why=f"{_KEY} is damaged")
    return settings, RequestKey(settings.key_id, private_key)


def _kept_key(path: Path, random: Callable[[int], bytes]) -> bytes:
    if not path.exists():
        _write(path, P256.private_key(random(KEY_SEED_LENGTH)))
    return path.read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write a file for its owner only, whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    part.replace(path)
