"""A bank's folder holds what it is and its key, and lets nobody else read them."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from zerobar.bank.installation import (
    BankDamaged,
    BankExists,
    NoBank,
    OtherBankBegun,
    Settings,
    begin,
    create,
    finish,
    load,
    write_private,
)

SETTINGS = Settings(
    operator_id=UUID(int=5),
    operator_name="测试银行",
    bank_url="http://bank",
    identity_url="http://identity",
    sms_url="http://sms",
    origin="https://wallet.example",
    development=True,
)


def test_what_was_made_is_read_again(tmp_path: Path) -> None:
    made = create(tmp_path / "deep" / "bank", SETTINGS, os.urandom)
    read = load(tmp_path / "deep" / "bank")
    assert (read.settings, read.sealing_key) == (SETTINGS, made.sealing_key)
    assert read.sealing_key.hex() not in repr(read)


def test_two_banks_have_two_keys(tmp_path: Path) -> None:
    keys = {create(tmp_path / name, SETTINGS, os.urandom).sealing_key for name in "ab"}
    assert len(keys) == 2


def test_its_files_are_for_the_owner_only(tmp_path: Path) -> None:
    create(tmp_path / "bank", SETTINGS, os.urandom)
    files = list((tmp_path / "bank").iterdir())
    assert len(files) == 2
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_second_bank_does_not_overwrite_the_first(tmp_path: Path) -> None:
    made = create(tmp_path, SETTINGS, os.urandom)
    with pytest.raises(BankExists):
        create(tmp_path, SETTINGS, os.urandom)
    assert load(tmp_path).sealing_key == made.sealing_key


def test_a_bank_that_was_begun_is_none_until_it_is_finished(tmp_path: Path) -> None:
    begun = begin(tmp_path, SETTINGS, os.urandom)
    with pytest.raises(NoBank):
        load(tmp_path)
    finish(begun)
    assert load(tmp_path) == begun
    with pytest.raises(BankExists):
        begin(tmp_path, SETTINGS, os.urandom)


def test_beginning_again_goes_on_with_the_same_operator_and_key(tmp_path: Path) -> None:
    first = begin(tmp_path, SETTINGS, os.urandom)
    asked = msgspec.structs.replace(SETTINGS, operator_id=UUID(int=6))
    assert begin(tmp_path, asked, os.urandom) == first
    with pytest.raises(OtherBankBegun):
        begin(tmp_path, msgspec.structs.replace(asked, operator_name="Another"), os.urandom)


def test_an_empty_folder_is_no_bank(tmp_path: Path) -> None:
    with pytest.raises(NoBank):
        load(tmp_path)


def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    create(tmp_path, SETTINGS, os.urandom)
    (tmp_path / "bank.json").write_text('{"operator_id": "x"}')
    with pytest.raises(BankDamaged, match=r"bank\.json"):
        load(tmp_path)


@pytest.mark.parametrize("content", ["", "zz", "00", "00" * 33])
def test_a_key_that_is_none_is_told(tmp_path: Path, content: str) -> None:
    create(tmp_path, SETTINGS, os.urandom)
    (tmp_path / "sealing.key").write_text(content)
    with pytest.raises(BankDamaged, match=r"sealing\.key"):
        load(tmp_path)


def test_a_key_that_others_can_read_is_told(tmp_path: Path) -> None:
    create(tmp_path, SETTINGS, os.urandom)
    (tmp_path / "sealing.key").chmod(0o644)
    with pytest.raises(BankDamaged, match="others"):
        load(tmp_path)


def test_writing_again_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, b"first and long")
    write_private(path, b"second")
    assert path.read_bytes() == b"second"
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
