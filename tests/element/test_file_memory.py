from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reader.world import NONCE, load, new_purse_file
from zerobar.element import (
    FileMemory,
    NotAPurseFile,
    PurseFileError,
    PurseFileExists,
    PurseFileExposed,
    PurseFileInUse,
    PurseFileMissing,
    PurseFileNotCreated,
    StorageFailed,
    create_blank,
)
from zerobar.element.file_memory import HEADER_LENGTH
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory, PowerCut
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader.card import PurseCard
from zerobar.reader.inprocess import InProcessLink


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "alice.purse"
    create_blank(path, 64)
    return path


def card(memory: Memory) -> PurseCard:
    return PurseCard(InProcessLink(Applet(memory, os.urandom), Interface.CONTACT))


def test_a_new_file_is_blank_private_and_of_the_right_size(path: Path) -> None:
    with FileMemory(path) as memory:
        assert memory.read(0, memory.size) == bytes(memory_size(64))
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_what_was_written_is_there_when_the_file_is_opened_again(path: Path) -> None:
    with FileMemory(path) as memory:
        memory.write(5, b"value")
        memory.barrier()
    with FileMemory(path) as memory:
        assert memory.read(5, 5) == b"value"
        assert memory.written == 0


def test_a_purse_lives_on_in_its_file(tmp_path: Path) -> None:
    new_purse_file(tmp_path / "bob.purse", balance=500)
    for balance in (500, 600, 700):
        with FileMemory(tmp_path / "bob.purse") as memory:
            assert card(memory).state(NONCE).balance == balance
            load(card(memory), 100)


def test_a_cut_leaves_in_the_file_what_came_before_it(path: Path) -> None:
    with FileMemory(path) as memory:
        memory.cut_after(3)
        with pytest.raises(PowerCut):
            memory.write(0, b"abcdef")
    with FileMemory(path) as memory:
        assert memory.read(0, 6) == b"abc\0\0\0"


def test_a_purse_is_never_overwritten(path: Path) -> None:
    with FileMemory(path) as memory:
        memory.write(0, b"money")
    with pytest.raises(PurseFileExists, match="may hold money"):
        create_blank(path, 64)
    with FileMemory(path) as memory:
        assert memory.read(0, 5) == b"money"
    assert os.listdir(path.parent) == [path.name]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PurseFileNotCreated, match="No such file or directory"):
        create_blank(tmp_path / "nowhere" / "alice.purse", 64)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PurseFileMissing, match="there is no such file"):
        FileMemory(tmp_path / "nobody.purse")


@pytest.mark.parametrize(
    "contents, problem",
    [
        (b"", "does not begin as one"),
        (b"just some text that is longer than a header " * 20, "does not begin as one"),
        (b"ZEROBAR PURSE\n", "cut short"),
    ],
)
def test_another_kind_of_file_is_refused_and_left_alone(
    tmp_path: Path, contents: bytes, problem: str
) -> None:
    other = tmp_path / "other"
    other.write_bytes(contents)
    other.chmod(0o600)
    with pytest.raises(NotAPurseFile, match=problem):
        FileMemory(other)
    assert other.read_bytes() == contents


@pytest.mark.parametrize("length", [HEADER_LENGTH, HEADER_LENGTH + 1, -1])
def test_a_purse_file_that_was_cut_short_is_refused(path: Path, length: int) -> None:
    os.truncate(path, length if length > 0 else path.stat().st_size + length)
    with pytest.raises(NotAPurseFile, match="bytes instead of"):
        FileMemory(path)


def test_a_purse_file_that_grew_is_refused(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(NotAPurseFile, match="bytes instead of"):
        FileMemory(path)


def test_a_file_of_a_later_version_is_refused(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(14)
        file.write((2).to_bytes(2))
    with pytest.raises(NotAPurseFile, match="has version 2, this program knows 1"):
        FileMemory(path)


@pytest.mark.parametrize("size", [0, memory_size(3), memory_size(64) + 1])
def test_a_memory_that_no_purse_has_is_refused(path: Path, size: int) -> None:
    os.truncate(path, HEADER_LENGTH + size)
    with path.open("r+b") as file:
        file.seek(16)
        file.write(size.to_bytes(4))
    with pytest.raises(NotAPurseFile, match=f"no purse has a memory of {size} bytes"):
        FileMemory(path)


def test_a_folder_or_a_device_is_refused(tmp_path: Path) -> None:
    for other in (tmp_path, Path("/dev/null")):
        with pytest.raises(NotAPurseFile):
            FileMemory(other)


def test_a_file_that_others_could_read_is_refused(path: Path) -> None:
    path.chmod(0o640)
    with pytest.raises(PurseFileExposed, match=r"mode 0640.*chmod 600"):
        FileMemory(path)


def test_a_purse_is_held_by_one_process_and_the_other_is_told_which(path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from zerobar.element import FileMemory\n"
        "with FileMemory(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(PurseFileInUse, match=f"another process \\({holder.pid}\\)") as raised:
            FileMemory(path)
        assert raised.value.holder == holder.pid
        holder.kill()
    FileMemory(path).close()


def test_a_purse_is_held_once_within_a_process_too(path: Path) -> None:
    with FileMemory(path), pytest.raises(PurseFileInUse):
        FileMemory(path)
    FileMemory(path).close()


def test_a_refused_file_is_let_go(path: Path) -> None:
    os.truncate(path, HEADER_LENGTH)
    for _ in range(2):
        with pytest.raises(NotAPurseFile):
            FileMemory(path)
    assert not [f for f in os.listdir("/proc/self/fd") if _opened(f) == str(path)]


def _opened(fd: str) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return ""


@pytest.mark.parametrize("call", ["pwrite", "fdatasync"])
def test_a_failing_disk_stops_the_purse_for_good(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with FileMemory(path) as memory:
        memory.write(0, b"before")
        memory.barrier()
        with monkeypatch.context() as patch:
            patch.setattr(os, call, _disk_full)
            with pytest.raises(StorageFailed, match="No space left on device"):
                _write(memory)
        for _ in range(2):
            with pytest.raises(StorageFailed, match="an earlier write failed"):
                _write(memory)


def _write(memory: Memory) -> None:
    memory.write(0, b"after!")
    memory.barrier()


def _disk_full(*_: object) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_short_write_counts_as_a_failed_one(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FileMemory(path) as memory:
        monkeypatch.setattr(os, "pwrite", lambda *_: 1)
        with pytest.raises(StorageFailed):
            memory.write(0, b"two")


def test_every_error_names_the_file(path: Path) -> None:
    errors = [
        PurseFileMissing(path),
        PurseFileExists(path),
        PurseFileNotCreated(path, "why"),
        NotAPurseFile(path, "why"),
        PurseFileExposed(path, 0o644),
        PurseFileInUse(path, None),
        StorageFailed(path, "why"),
    ]
    assert {type(error) for error in errors} == set(PurseFileError.__subclasses__())
    assert all(str(error).startswith(f"{path}: ") and error.path == path for error in errors)
