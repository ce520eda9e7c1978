"""A purse that is closed, without what ends one in life."""

from __future__ import annotations

from zerobar.bank.context import Bank
from zerobar.bank.purses import store
from zerobar.bank.purses.model import PurseStatus


def close_purse(bank: Bank, purse_id: bytes) -> None:
    with bank.transaction() as connection:
        store.set_status(connection, purse_id, PurseStatus.CLOSED)
