"""The authority file: its owner's alone, never written over, and refused when it is damaged."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.purse.cards import NOW_UNIX_S, Seeded, authority, authority_file
from zerobar.issuer import AuthorityFile, AuthorityFileError
from zerobar.purse.messages import PurseClass


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "authority.json"
    authority_file().save(path)
    return path


def test_what_is_saved_is_loaded(saved: Path) -> None:
    loaded = AuthorityFile.load(saved)
    assert loaded == authority_file()
    assert loaded.open().operator.certificate == authority().operator.certificate


def test_only_its_owner_can_read_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600


def test_a_lax_umask_does_not_open_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        authority_file().save(tmp_path / "authority.json")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "authority.json").stat().st_mode) == 0o600


def test_it_is_never_written_over(saved: Path) -> None:
    kept = saved.read_bytes()
    with pytest.raises(FileExistsError):
        AuthorityFile.generate(Seeded("another"), NOW_UNIX_S).save(saved)
    assert saved.read_bytes() == kept


def test_not_even_through_a_link(saved: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(saved)
    with pytest.raises(FileExistsError):
        authority_file().save(link)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(AuthorityFileError, match="card issue"):
        AuthorityFile.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe", b"{}", b"[1, 2]"]
)
def test_what_is_no_authority_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "authority.json"
    path.write_bytes(content)
    with pytest.raises(AuthorityFileError, match="is not a test authority"):
        AuthorityFile.load(path)


def changed(saved: Path, **fields: Any) -> Path:
    kept = json.loads(saved.read_text())
    kept.update(fields)
    saved.write_text(json.dumps({k: v for k, v in kept.items() if v is not None}))
    return saved


@pytest.mark.parametrize(
    "field", ["format", "version", "currency", "private_keys", "operator_certificate"]
)
def test_a_missing_field_is_refused(saved: Path, field: str) -> None:
    with pytest.raises(AuthorityFileError):
        AuthorityFile.load(changed(saved, **{field: None}))


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2},
        {"format": "something else"},
        {"currency": "yuan"},
        {"currency": -1},
        {"currency": 65536},
        {"operator_certificate": "00"},
        {"operator_certificate": 7},
        {"private_keys": {"root": "00"}},
        {"private_keys": ["root"]},
        {"private_keys": dict.fromkeys(("root", "ca", "sync", "purse"), "zz")},
        {"private_keys": dict.fromkeys(("root", "ca", "sync", "purse"), "00" * 32)},
        {"private_keys": dict.fromkeys(("root", "ca", "sync", "purse"), "ff" * 32)},
        {"private_keys": dict.fromkeys(("root", "ca", "sync", "purse"), "11" * 33)},
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_before_anything_is_signed(
    saved: Path, fields: dict[str, Any]
) -> None:
    with pytest.raises(AuthorityFileError):
        AuthorityFile.load(changed(saved, **fields)).open()


def test_keys_never_show(saved: Path) -> None:
    shown = repr(AuthorityFile.load(saved)) + str(authority_file())
    assert not any(key.hex() in shown for key in authority_file().private_keys.values())
    assert "TEST MONEY" in saved.read_text()


def test_the_same_randomness_makes_the_same_authority() -> None:
    again = AuthorityFile.generate(Seeded("authority"), NOW_UNIX_S)
    assert again == authority_file()
    other = AuthorityFile.generate(Seeded("other"), NOW_UNIX_S)
    assert not set(other.private_keys.values()) & set(again.private_keys.values())


def test_the_operators_certificate_is_the_authoritys_and_its_own() -> None:
    keys = authority()
    certificate = keys.operator.certificate
    certificate.verify(keys.authority.ca.public_key)
    assert certificate.purse_class is PurseClass.OPERATOR
    assert certificate.public_key == keys.operator.purse.public_key
    assert certificate.id == keys.operator.id
    signers = (keys.authority.root, keys.authority.ca, keys.operator.sync, keys.operator.purse)
    assert len({signer.number for signer in signers}) == 4
    assert len({signer.public_key for signer in signers}) == 4
