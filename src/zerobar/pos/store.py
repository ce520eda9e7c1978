"""The till's own file, beside its device's: sales, refunds, cashiers, shifts, closings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher

from zerobar.device.file import DeviceFile
from zerobar.pos import bill_store, cashiers, closings, refunds, sales
from zerobar.pos.bill_store import BillStore
from zerobar.pos.cashiers import CashierStore
from zerobar.pos.closings import ClosingStore
from zerobar.pos.refunds import RefundStore
from zerobar.pos.sales import SaleStore


class PosStore:
    """Everything that a till keeps of its selling; a context manager, safe between threads.

    Args:
        path: of an SQLite file, made if missing, readable by its owner only.
        clock_unix_s: the time.
        hasher: of cashiers' PINs.
    """

    def __init__(
        self, path: Path, clock_unix_s: Callable[[], float], hasher: PasswordHasher | None = None
    ) -> None:
        tables = sales.TABLES + refunds.TABLES + cashiers.TABLES + closings.TABLES
        tables += bill_store.TABLES
        self.file = DeviceFile(path, clock_unix_s, tables)
        self.sales = SaleStore(self.file)
        self.refunds = RefundStore(self.file)
        self.cashiers = CashierStore(self.file, hasher or PasswordHasher())
        self.bills = BillStore(self.file)
        self.closings = ClosingStore(self.file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.file.close()
