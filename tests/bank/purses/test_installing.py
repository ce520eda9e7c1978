"""A bank's folder holds the keys that it signs for purses with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zerobar.bank.context import Bank
from zerobar.bank.installation import BankDamaged
from zerobar.bank.purses import trusted_keys
from zerobar.bank.purses.installing import make_keys, with_keys

NOW_UNIX_S = 1_790_000_000


def test_keys_are_made_once_for_the_owners_eyes(bank: Bank, tmp_path: Path) -> None:
    path = make_keys(tmp_path, NOW_UNIX_S)
    first = path.read_bytes()
    assert make_keys(tmp_path, NOW_UNIX_S) == path
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_bank_with_keys_offers_purses_and_trusts_them(bank: Bank, tmp_path: Path) -> None:
    assert with_keys(bank, tmp_path) == bank
    make_keys(tmp_path, NOW_UNIX_S)
    offering = with_keys(bank, tmp_path)
    assert offering.purse_keys is not None
    with bank.connection() as connection:
        assert offering.purse_keys.operator.id in trusted_keys(connection).operators


def test_keys_that_others_can_read_or_that_are_cut_off_are_refused(
    bank: Bank, tmp_path: Path
) -> None:
    path = make_keys(tmp_path, NOW_UNIX_S)
    path.chmod(0o644)
    with pytest.raises(BankDamaged, match="read by others"):
        with_keys(bank, tmp_path)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BankDamaged, match="cannot be read"):
        with_keys(replace(bank), tmp_path)
