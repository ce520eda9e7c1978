"""The server of a program's own: started, used, stopped, and started again on the same data."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import stat
import threading
from pathlib import Path

import psycopg
import pytest

from tests.database.owners import postmaster, servers_in
from zerobar.database import (
    ClusterOfAnotherVersion,
    Database,
    DiskFull,
    EmbeddedPostgres,
    FolderInUse,
    ServerDidNotStart,
    connect,
    open_database,
)
from zerobar.database.embedded import LONGEST_SOCKET_PATH
from zerobar.database.errors import start_failure
from zerobar.database.leftovers import SCRATCH_PREFIX, scratch_parents
from zerobar.demo.town.ports import free_port


def settings_of(database: Database) -> dict[str, str]:
    with connect(database, "test") as connection:
        return dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())


def test_what_was_committed_is_there_after_a_restart(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        with connect(server.database("bank"), "test") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert server.is_running
        assert postmaster(folder) in server.pids
    assert servers_in(folder) == []
    with open_database("bank", folder, environ={}) as database, connect(database, "test") as again:
        assert again.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_commit_that_was_acknowledged_is_on_the_disk(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        settings = settings_of(server.server)
    durable = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums")
    assert {settings[name] for name in durable} == {"on"}


def test_nothing_listens_on_the_network_by_default(postgres: EmbeddedPostgres) -> None:
    assert settings_of(postgres.server)["listen_addresses"] == ""


def test_text_is_unicode_and_sorts_the_same_on_every_machine(postgres: EmbeddedPostgres) -> None:
    with connect(postgres.server, "test") as connection:
        row = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale, upper('é'),"
            " 'Z' < 'a' FROM pg_database WHERE datname = 'postgres'"
        ).fetchone()
    assert row == ("UTF8", "b", "C.UTF-8", "É", True)


def test_the_folder_is_closed_to_others(cluster: Path) -> None:
    cluster.chmod(0o755)
    with EmbeddedPostgres(cluster):
        assert stat.S_IMODE(cluster.stat().st_mode) == 0o700
        assert [path for path in cluster.iterdir() if path.lstat().st_mode & 0o077] == []


def test_a_port_answers_on_this_machine_to_a_password_only(cluster: Path) -> None:
    with EmbeddedPostgres(cluster, port=free_port()) as server:
        bank = server.database("bank")
        here = bank.replaced(host="127.0.0.1")
        with connect(here, "test") as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        for refused in (
            here.replaced(password="guess"),
            server.server.replaced(host="127.0.0.1"),
            here.replaced(dbname="postgres"),
        ):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(refused.conninfo)


def test_a_port_that_is_taken_is_named_in_the_error(cluster: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerDidNotStart, match=f"127.0.0.1.*{port}|TCP/IP"):
            EmbeddedPostgres(cluster, port=port).start()
    assert servers_in(cluster) == []


def test_a_second_program_is_told_who_has_the_folder(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as first:
        with pytest.raises(FolderInUse) as refusal:
            EmbeddedPostgres(cluster).start()
        assert refusal.value.holder == os.getpid()
        with connect(first.server, "test") as connection:
            connection.execute("SELECT 1")


@pytest.mark.slow
def test_of_programs_that_start_at_once_one_gets_the_folder(folder: Path) -> None:
    servers = [EmbeddedPostgres(folder) for _ in range(4)]
    outcomes: list[str] = []

    def start(server: EmbeddedPostgres) -> None:
        try:
            server.start()
            outcomes.append("started")
        except FolderInUse:
            outcomes.append("in use")

    threads = [threading.Thread(target=start, args=[server]) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # And the server outlives the thread that started it.
    assert sum(server.is_running for server in servers) == 1
    for server in servers:
        server.stop()
    assert sorted(outcomes) == ["in use", "in use", "in use", "started"]


def leave_a_context(server: EmbeddedPostgres) -> None:
    server.__exit__(None, None, None)


def test_a_forked_child_does_not_stop_its_parents_server(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        child = multiprocessing.get_context("fork").Process(target=leave_a_context, args=[server])
        child.start()
        child.join(30)
        assert child.exitcode == 0
        with connect(server.server, "test") as connection:
            connection.execute("SELECT 1")


@pytest.mark.parametrize("name", ["x" * 90, "with space, comma and 'quote'", "中文"])
def test_a_path_that_no_socket_can_have_gets_its_socket_elsewhere(cluster: Path, name: str) -> None:
    moved = cluster.rename(cluster.with_name(name))
    with EmbeddedPostgres(moved) as server:
        database = server.database("bank")
        place = Path(database.host)
        assert place.name.startswith(SCRATCH_PREFIX)
        assert place.parent in scratch_parents()
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert len(os.fsencode(place / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
        with connect(database, "test") as connection:
            connection.execute("SELECT 1")
    assert not place.exists()
    moved.rename(cluster)


def test_data_of_another_version_are_left_alone(cluster: Path) -> None:
    mark = cluster / "data" / "PG_VERSION"
    ours = mark.read_text()
    mark.write_text("15\n")
    with pytest.raises(ClusterOfAnotherVersion, match=r"PostgreSQL 15.*pg_dumpall"):
        EmbeddedPostgres(cluster).start()
    assert mark.read_text() == "15\n"
    mark.write_text(ours)


def test_a_server_that_gives_up_says_why(cluster: Path) -> None:
    with pytest.raises(ServerDidNotStart, match=r"no_such_setting.*server\.log"):
        EmbeddedPostgres(cluster, settings={"no_such_setting": "1"}).start()
    assert servers_in(cluster) == []


def test_a_start_that_failed_tells_the_line_that_matters() -> None:
    output = "LOG:  starting\nFATAL:  it broke\nHINT:  mend it\nLOG:  shut down\n"
    failure = start_failure(Path("/db"), "it gave up", output)
    assert isinstance(failure, ServerDidNotStart)
    assert "it gave up: FATAL:  it broke;" in str(failure)


def test_a_full_disk_at_the_start_has_its_own_error() -> None:
    output = "LOG:  starting\nPANIC:  could not write: No space left on device\nLOG:  aborted\n"
    failure = start_failure(Path("/db"), "it gave up", output)
    assert isinstance(failure, DiskFull)
    assert "in /db has no room left" in str(failure)


def test_a_long_log_is_put_aside(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerobar.database.folder.LARGEST_LOG", 10)
    before = (cluster / "server.log").read_bytes()
    with EmbeddedPostgres(cluster):
        assert (cluster / "server.log.1").read_bytes() == before


def test_a_given_server_is_used_instead(database: Database) -> None:
    environ = {"DATABASE_URL": database.url_with_password}
    with open_database("bank", Path("/nowhere"), environ) as given:
        assert given == database


def test_a_server_that_ends_by_itself_is_told_of_once_and_one_that_is_stopped_is_not(
    folder: Path,
) -> None:
    died = threading.Semaphore(0)
    server = EmbeddedPostgres(folder, died=died.release)
    with server:
        os.kill(postmaster(folder), signal.SIGKILL)
        assert died.acquire(timeout=60)
        server.start()
    assert not died.acquire(timeout=0.2)
