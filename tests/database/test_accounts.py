"""As whom PostgreSQL runs, whom a folder lets in, and which folders are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zerobar.database import (
    EmbeddedPostgres,
    FolderNotOurs,
    FolderUnusable,
)
from zerobar.database.accounts import (
    Account,
    blocking_parent,
    may_execute,
)
from zerobar.database.folder import default_folder

OURSELVES = Account.current()
STRANGER = Account("stranger", 54321, 54321)


def test_the_highest_folder_that_keeps_a_user_out_is_named(folder: Path) -> None:
    inner = folder / "closed" / "inner"
    inner.mkdir(parents=True)
    assert blocking_parent(inner / "db", STRANGER) is None
    inner.chmod(0o700)
    assert blocking_parent(inner / "db", STRANGER) == inner
    inner.parent.chmod(0o700)
    assert blocking_parent(inner / "db", STRANGER) == inner.parent
    assert blocking_parent(inner / "db", OURSELVES) is None


def test_an_owners_bits_count_for_the_owner_and_others_bits_for_others(folder: Path) -> None:
    program = folder / "program"
    program.touch()
    for mode, ours, theirs in [(0o500, True, False), (0o755, True, True), (0o005, False, True)]:
        program.chmod(mode)
        assert may_execute(program, STRANGER) == theirs
        assert may_execute(program, OURSELVES) == (ours or OURSELVES.uid == 0)


def test_the_default_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data/mine")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert default_folder() == Path("/data/mine/zerobar/db")
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", "/data/me")
    assert default_folder() == Path("/data/me/.local/share/zerobar/db")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_folder() == Path("/var/lib/zerobar/db")


def test_a_folder_with_something_else_in_it_is_left_alone(folder: Path) -> None:
    (folder / "letter.txt").write_text("dear")
    before = folder.stat()
    with pytest.raises(FolderNotOurs):
        EmbeddedPostgres(folder).start()
    after = folder.stat()
    assert (after.st_uid, after.st_mode) == (before.st_uid, before.st_mode)
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_a_cluster_of_another_program_is_left_alone(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "PG_VERSION").write_text("18\n")
    with pytest.raises(FolderNotOurs, match="did not make"):
        EmbeddedPostgres(folder).start()


def test_a_file_is_no_folder(folder: Path) -> None:
    (folder / "file").touch()
    with pytest.raises(FolderNotOurs, match="is not a folder"):
        EmbeddedPostgres(folder / "file").start()


def test_what_the_system_refuses_is_passed_on(folder: Path) -> None:
    with pytest.raises(FolderUnusable, match="File name too long"):
        EmbeddedPostgres(folder / ("x" * 300)).start()
