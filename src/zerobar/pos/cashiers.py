"""Cashiers with PINs, and their shifts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from zerobar.device.file import DeviceFile
from zerobar.pos.errors import (
    CashierConflict,
    CashierLocked,
    CashierUnknown,
    NotSignedIn,
    PinUnfit,
    PinWrong,
)

TABLES: Final = """
    CREATE TABLE IF NOT EXISTS cashier (
        name TEXT PRIMARY KEY,
        pin_hash TEXT NOT NULL,
        is_chief INTEGER NOT NULL,
        tries_left INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS shift (
        id TEXT PRIMARY KEY,
        cashier TEXT NOT NULL,
        began_at_unix_s INTEGER NOT NULL,
        ended_at_unix_s INTEGER
    );
    CREATE UNIQUE INDEX IF NOT EXISTS shift_open ON shift (cashier) WHERE ended_at_unix_s IS NULL;
"""
TRIES: Final = 5
_PIN: Final = re.compile(r"\d{6,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Cashier:
    """Who works at a till; a chief also makes cashiers, unlocks them and closes the day."""

    name: str
    is_chief: bool
    is_locked: bool


@dataclass(frozen=True, slots=True)
class Shift:
    """A cashier's time at this till."""

    id: UUID
    cashier: str
    began_at_unix_s: int
    ended_at_unix_s: int | None


class CashierStore:
    """Cashiers and shifts, in a till's file.

    Args:
        file: the till's.
        hasher: of PINs.
    """

    def __init__(self, file: DeviceFile, hasher: PasswordHasher) -> None:
        self._file = file
        self._hasher = hasher

    def add(self, name: str, pin: str, *, chief: bool) -> Cashier:
        """Add a cashier; raises CashierConflict or PinUnfit."""
        pin_hash = self._hashed(pin)
        try:
            self._file.execute(
                "INSERT INTO cashier (name, pin_hash, is_chief, tries_left) VALUES (?, ?, ?, ?)",
                (name, pin_hash, int(chief), TRIES),
            )
        except sqlite3.IntegrityError:
            raise CashierConflict from None
        return self.cashier(name)

    def set_pin(self, name: str, pin: str) -> None:
        """Set a new PIN, which unlocks; raises CashierUnknown or PinUnfit."""
        self.cashier(name)
        self._file.execute(
            "UPDATE cashier SET pin_hash = ?, tries_left = ? WHERE name = ?",
            (self._hashed(pin), TRIES, name),
        )

    def cashier(self, name: str) -> Cashier:
        """Return a cashier; raises CashierUnknown."""
        row = self._file.row("SELECT is_chief, tries_left FROM cashier WHERE name = ?", (name,))
        if row is None:
            raise CashierUnknown
        return Cashier(name, bool(row[0]), row[1] <= 0)

    def all(self) -> list[Cashier]:
        """Return all cashiers, by name."""
        rows = self._file.rows("SELECT name, is_chief, tries_left FROM cashier ORDER BY name")
        return [Cashier(name, bool(chief), tries <= 0) for name, chief, tries in rows]

    def check_pin(self, name: str, pin: str) -> Cashier:
        """Return the cashier whose PIN it is; raises CashierUnknown, CashierLocked or PinWrong."""
        self.cashier(name)
        left, pin_hash = self._taken_try(name)
        try:
            self._hasher.verify(pin_hash, pin)
        except VerifyMismatchError:
            raise PinWrong(tries_left=left) from None
        self._file.execute("UPDATE cashier SET tries_left = ? WHERE name = ?", (TRIES, name))
        return self.cashier(name)

    def _taken_try(self, name: str) -> tuple[int, str]:
        """Take a try before the PIN is compared, so that pulling the plug gains none."""
        with self._file.transaction() as connection:
            row = connection.execute(
                "UPDATE cashier SET tries_left = tries_left - 1 WHERE name = ? AND tries_left > 0"
                " RETURNING tries_left, pin_hash",
                (name,),
            ).fetchone()
        if row is None:
            raise CashierLocked
        return int(row[0]), str(row[1])

    def begin_shift(self, name: str, new_id: Callable[[], UUID]) -> Shift:
        """Return a cashier's shift: the one that is open, or a new one."""
        with self._file.transaction() as connection:
            connection.execute(
                "INSERT INTO shift (id, cashier, began_at_unix_s) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (str(new_id()), name, self._file.now()),
            )
            row = connection.execute(
                _SHIFT + " WHERE cashier = ? AND ended_at_unix_s IS NULL", (name,)
            ).fetchone()
        return _shift(row)

    def end_shift(self, shift_id: UUID) -> Shift:
        """End a shift, once; raises NotSignedIn if it never began."""
        self._file.execute(
            "UPDATE shift SET ended_at_unix_s = coalesce(ended_at_unix_s, ?) WHERE id = ?",
            (self._file.now(), str(shift_id)),
        )
        row = self._file.row(_SHIFT + " WHERE id = ?", (str(shift_id),))
        if row is None:
            raise NotSignedIn
        return _shift(row)

    def open_shifts(self) -> list[Shift]:
        """Return the shifts that nobody has ended."""
        rows = self._file.rows(_SHIFT + " WHERE ended_at_unix_s IS NULL ORDER BY cashier")
        return [_shift(row) for row in rows]

    def _hashed(self, pin: str) -> str:
        if _PIN.fullmatch(pin) is None:
            raise PinUnfit
        return self._hasher.hash(pin)


_SHIFT: Final = "SELECT id, cashier, began_at_unix_s, ended_at_unix_s FROM shift"


def _shift(row: tuple[Any, ...]) -> Shift:
    return Shift(UUID(row[0]), row[1], row[2], row[3])
