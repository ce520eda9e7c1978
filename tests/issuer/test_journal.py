"""The journal: what was acknowledged is there, whatever happened to the process or the disk."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from zerobar.issuer import Journal, JournalError

APPENDING = """
import sys
from pathlib import Path
from zerobar.issuer import Journal
journal = Journal(Path(sys.argv[1]))
number = len(list(journal))
while True:
    number += 1
    journal.append({"number": number, "filler": "x" * (number % 900)})
    print(number, flush=True)
"""
HOLDING = """
import sys
from pathlib import Path
from zerobar.issuer import Journal
journal = Journal(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def lines(path: Path) -> list[dict[str, object]]:
    with Journal(path) as journal:
        return list(journal)


def child(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_it_holds_what_was_appended_in_order(path: Path) -> None:
    for number in range(3):
        with Journal(path) as journal:
            journal.append({"number": number})
            assert len(list(journal)) == number + 1
    assert lines(path) == [{"number": number} for number in range(3)]


def test_only_its_owner_can_read_it(path: Path) -> None:
    lines(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", range(1, 41))
def test_a_last_line_cut_short_is_dropped(path: Path, cut: int) -> None:
    path.write_bytes((b'{"kept":1}\n{"torn":"some text that is long enough"}\n')[:-cut])
    assert lines(path) == [{"kept": 1}]
    with Journal(path) as journal:
        journal.append({"next": 2})
    assert lines(path) == [{"kept": 1}, {"next": 2}]


@pytest.mark.parametrize("damage", [b"{", b"[]", b"7", b"\xff\xfe", b"", b'{"a": 1'])
def test_a_damaged_line_in_the_middle_is_an_error(path: Path, damage: bytes) -> None:
    path.write_bytes(b'{"first":1}\n' + damage + b'\n{"third":3}\n')
    with pytest.raises(JournalError, match="line 2"):
        Journal(path)


def test_a_damaged_journal_is_not_left_locked(path: Path) -> None:
    path.write_bytes(b'{"first":1}\n{\n{"third":3}\n')
    with pytest.raises(JournalError) as refused:
        Journal(path)
    path.write_bytes(b'{"first":1}\n{"third":3}\n')
    assert len(lines(path)) == 2, f"the copy put in place is refused after: {refused}"


def test_a_second_process_is_locked_out(path: Path) -> None:
    with child(HOLDING, path) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(JournalError, match="is in use"):
            Journal(path)
        holder.stdin.close()
        assert holder.wait(timeout=20) == 0
    assert lines(path) == []


def test_a_second_opening_in_the_same_process_is_locked_out(path: Path) -> None:
    with Journal(path), pytest.raises(JournalError, match="is in use"):
        Journal(path)
    assert lines(path) == []


def killed_while_appending(path: Path, after: int) -> int:
    """Kill a process in the middle of its work; return the last number it acknowledged."""
    with child(APPENDING, path) as appending:
        assert appending.stdout is not None
        acknowledged = 0
        for _ in range(after):
            acknowledged = int(appending.stdout.readline())
        os.kill(appending.pid, signal.SIGKILL)
        rest = appending.stdout.read().splitlines()
    return max([acknowledged, *(int(line) for line in rest if line)])


@pytest.mark.slow
def test_a_killed_process_loses_nothing_acknowledged(path: Path) -> None:
    for kill in range(4):
        acknowledged = killed_while_appending(path, 10 + 7 * kill)
        kept = [line["number"] for line in lines(path)]
        assert kept == list(range(1, len(kept) + 1))
        assert len(kept) >= acknowledged


def test_a_full_disk_costs_the_line_and_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(path, lambda: fill_up_during_the_next_write(monkeypatch))


def test_a_failing_disk_costs_the_line_and_no_other(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_once(path, lambda: fail_the_next_fsync(monkeypatch))


def fails_once(path: Path, fail: Callable[[], None]) -> None:
    """After a failed append the journal goes on or gives up, but file and process agree."""
    with Journal(path) as journal:
        journal.append({"before": 1})
        fail()
        with pytest.raises((OSError, JournalError)):
            journal.append({"failed": 2})
        with contextlib.suppress(JournalError):
            journal.append({"after": 3})
        acknowledged = list(journal)
    assert {"before": 1} in acknowledged
    reopened = lines(path)
    assert reopened == acknowledged or {"after": 3} not in acknowledged
    assert reopened[0] == {"before": 1}


def fail_the_next_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [0]

    def fsync(_: int) -> None:
        calls[0] += 1
        if calls[0] == 1:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)


def fill_up_during_the_next_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the next line fits on the disk; then somebody makes room."""
    write = os.write
    calls = [0]

    def half(fd: int, raw: bytes) -> int:
        calls[0] += 1
        if calls[0] == 1:
            return write(fd, raw[: len(raw) // 2])
        if calls[0] == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, raw)

    monkeypatch.setattr(os, "write", half)


def test_it_is_on_the_disk_before_append_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bytes] = []

    def fsync(_: int) -> None:
        synced.append(path.read_bytes())

    monkeypatch.setattr(os, "fsync", fsync)
    with Journal(path) as journal:
        journal.append({"number": 1})
    assert synced == [b'{"number":1}\n']
