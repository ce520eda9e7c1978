"""A phone's files cut off in a write: what was finished before is there, and whole."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from zerobar.device import DeviceStore
from zerobar.phone.errors import FolderUnusable
from zerobar.phone.folder import PhoneFolder, memory_path, write_private
from zerobar.phone.memory import DeviceKey, Opening, PhoneMemory, SignedUp, make_phone
from zerobar.purse.messages import Kind, Request
from zerobar.purse.money import Fen


def signed_up(token: str) -> SignedUp:
    return SignedUp(person_id=UUID(int=1), wallet_id=UUID(int=2), wallet_number="6200", token=token)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_phone(tmp_path / "phone")
    return tmp_path / "phone"


def cut_copies(path: Path, into: Path, step: int) -> list[Path]:
    """Copy a file as it lies on the disk just now, with its log cut at many lengths."""
    log = Path(f"{path}-wal").read_bytes()
    copies = []
    for length in (*range(0, len(log), step), len(log)):
        copy = into / f"cut-{length}" / path.name
        copy.parent.mkdir()
        shutil.copy(path, copy)
        Path(f"{copy}-wal").write_bytes(log[:length])
        copies.append(copy)
    return copies


def test_a_memory_that_is_cut_knows_what_it_knew_before_or_after_a_write(
    folder: Path, tmp_path: Path
) -> None:
    tokens: list[str | None] = [None, *(f"token-{number}" for number in range(4))]
    with PhoneMemory(memory_path(folder)) as memory:
        key = memory.key()
        for token in tokens[1:]:
            memory.write(signed_up(str(token)))
        seen = []
        for copy in cut_copies(memory_path(folder), tmp_path, 301):
            with PhoneMemory(copy) as cut:
                known = cut.read(SignedUp)
                seen.append(None if known is None else known.token)
                assert cut.key() == key
    assert seen == sorted(seen, key=tokens.index) and seen[-1] == tokens[-1]
    assert len(set(seen)) > 2


def test_a_store_that_is_cut_has_each_load_whole_or_not_at_all(tmp_path: Path) -> None:
    path, loads = tmp_path / "device.db", [uuid4() for _ in range(4)]
    with DeviceStore(path, lambda: 0.0) as store:
        for number, load in enumerate(loads):
            store.incoming.keep_load(load, load_request(number))
        counts = []
        for copy in cut_copies(path, tmp_path, 509):
            with DeviceStore(copy, lambda: 0.0) as cut:
                kept = {load.id for load in cut.incoming.open_loads()}
                counts.append(len(kept))
                assert kept == set(loads[: len(kept)])
    assert counts == sorted(counts) and counts[-1] == len(loads) and counts[0] == 0


def load_request(number: int) -> Request:
    raw = bytes((0x21, Kind.LOAD)) + bytes(8) + (number + 1).to_bytes(4) + Fen(100).to_bytes(4)
    return Request.parse(raw + (156).to_bytes(2) + bytes(12))


def test_half_a_phone_is_none(tmp_path: Path) -> None:
    def power_goes(_: int) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_phone(tmp_path / "phone", power_goes)
    with pytest.raises(FolderUnusable):
        PhoneFolder(tmp_path / "phone")
    make_phone(tmp_path / "phone")
    with PhoneFolder(tmp_path / "phone") as made, PhoneMemory(made.memory) as memory:
        assert len(memory.key().private_key) > 0


def test_half_a_token_is_none(folder: Path) -> None:
    (folder / "token.part").write_text("abc")
    with PhoneFolder(folder) as made:
        token = made.token()
        assert len(token) > 40 and made.token() == token
    write_private(folder / "other", b"x")
    assert not list(folder.glob("*.part"))


def test_what_is_known_never_shows_in_logs(folder: Path) -> None:
    with PhoneMemory(memory_path(folder)) as memory:
        assert repr(memory.key()) == "DeviceKey(...)" and isinstance(memory.key(), DeviceKey)
        memory.write(Opening(wallet_id=UUID(int=3)))
        memory.forget(Opening)
        assert memory.read(Opening) is None
    assert "token-1" not in repr(signed_up("token-1"))
