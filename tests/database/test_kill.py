"""Servers, programs and the process between them are killed; nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.database.owners import (
    kill_server,
    owner_of,
    postmaster,
    servers_in,
    start_owner,
    wait_until,
)
from zerobar.database import Database, EmbeddedPostgres, FolderInUse, connect
from zerobar.database.accounts import Account

WRITERS = 4
ROWS_BEFORE_THE_KILL = 200


class Writers:
    """Threads that insert rows and remember which of them were acknowledged."""

    def __init__(self, database: Database) -> None:
        self.acknowledged: list[int] = []
        self._database = database
        self._threads = [threading.Thread(target=self._write, args=[n]) for n in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self, number: int) -> None:
        with suppress(psycopg.OperationalError), connect(self._database, "writer") as connection:
            for row in range(number, 1_000_000, WRITERS):
                connection.execute("INSERT INTO written VALUES (%s)", [row])
                connection.commit()
                self.acknowledged.append(row)

    def wait(self) -> None:
        wait_until(lambda: len(self.acknowledged) > ROWS_BEFORE_THE_KILL)

    def join(self) -> set[int]:
        for thread in self._threads:
            thread.join(30)
        return set(self.acknowledged)


def create_table(database: Database) -> None:
    with connect(database, "test") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS written (row bigint PRIMARY KEY)")
        connection.execute("TRUNCATE written")


def rows(database: Database) -> set[int]:
    with connect(database, "test") as connection:
        return {row for (row,) in connection.execute("SELECT row FROM written").fetchall()}


@pytest.mark.slow
def test_committed_rows_survive_a_server_killed_under_load(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        for _ in range(3):
            bank = server.database("bank")
            create_table(bank)
            writers = Writers(bank)
            writers.wait()
            kill_server(cluster)
            acknowledged = writers.join()
            wait_until(lambda: not server.is_running)
            server.start()
            assert acknowledged <= rows(server.database("bank"))


@pytest.mark.slow
def test_a_server_stops_when_its_program_is_killed(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        create_table(owner.program)
        writers = Writers(owner.program)
        writers.wait()
        owner.kill()
        wait_until(lambda: servers_in(cluster) == [])
        acknowledged = writers.join()
    with EmbeddedPostgres(cluster) as server:
        assert acknowledged <= rows(server.database("bank"))


@pytest.mark.slow
def test_a_forked_child_that_clings_to_everything_does_not_keep_the_server(cluster: Path) -> None:
    with owner_of(cluster, None, "fork") as owner:
        assert owner.process.stdout is not None
        child = int(owner.process.stdout.readline())
        owner.kill()
        wait_until(lambda: servers_in(cluster) == [])
        assert Path(f"/proc/{child}").exists()
        os.kill(child, signal.SIGKILL)


@pytest.mark.slow
def test_the_next_program_waits_for_the_server_of_one_that_was_killed(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        first = postmaster(cluster)
        owner.kill()
        # At once: the old server may still be writing its last checkpoint.
        with EmbeddedPostgres(cluster) as server, connect(server.server, "test") as connection:
            connection.execute("SELECT 1")
            assert postmaster(cluster) != first


def test_a_program_that_lives_keeps_its_folder(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        with pytest.raises(FolderInUse) as refusal:
            EmbeddedPostgres(cluster).start()
        assert refusal.value.holder == owner.process.pid
        assert str(owner.process.pid) in str(refusal.value)
        assert owner.stop() == 0
    assert servers_in(cluster) == []


def test_a_ctrl_c_in_the_programs_terminal_does_not_reach_the_server(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        sessions = {os.getsid(pid) for pid in (owner.watch_pid, postmaster(cluster))}
        assert os.getsid(owner.process.pid) not in sessions
        assert owner.stop() == 0


@pytest.mark.slow
def test_a_server_stops_when_the_process_that_watches_it_is_killed(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        os.kill(owner.watch_pid, signal.SIGKILL)
        wait_until(lambda: servers_in(cluster) == [])
        assert owner.stop() == 0


@pytest.mark.slow
def test_a_server_that_survived_its_program_and_its_watch_is_stopped(cluster: Path) -> None:
    with owner_of(cluster) as owner:
        create_table(owner.program)
        survivor = postmaster(cluster)
        # Stopped processes do not act on what they are told, but a stopped one can be killed.
        os.kill(survivor, signal.SIGSTOP)
        os.kill(owner.watch_pid, signal.SIGKILL)
        owner.kill()
        threading.Timer(1.0, os.kill, [survivor, signal.SIGCONT]).start()
        with EmbeddedPostgres(cluster) as server:
            assert postmaster(cluster) != survivor
            assert rows(server.database("bank")) == set()


@pytest.mark.slow
def test_backends_without_a_server_are_ended_before_the_next_start(cluster: Path) -> None:
    with EmbeddedPostgres(cluster) as server:
        bank = server.database("bank")
        sleeper = threading.Thread(target=sleep_in, args=[bank])
        sleeper.start()
        wait_until(lambda: "pg_sleep" in activity(server.server))
        kill_server(cluster)
        wait_until(lambda: not server.is_running)
        server.start()
        sleeper.join(30)
        assert "pg_sleep" not in activity(server.server)


def sleep_in(database: Database) -> None:
    with suppress(psycopg.OperationalError), connect(database, "sleeper") as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT pg_sleep(600)")


def activity(server: Database) -> str:
    with connect(server, "test") as connection:
        query = "SELECT string_agg(query, '') FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        row = connection.execute(query).fetchone()
    return str(row)


def test_a_number_that_was_given_anew_misleads_nobody(cluster: Path) -> None:
    with EmbeddedPostgres(cluster):
        mark = (cluster / "data" / "postmaster.pid").read_text()
    # Of the same user: of another one PostgreSQL itself would see that it is not its own.
    account = Account.owner_of(cluster)
    innocent = subprocess.Popen(["sleep", "600"], user=account.user, group=account.group)
    try:
        lines = [str(innocent.pid), *mark.split("\n")[1:]]
        (cluster / "data" / "postmaster.pid").write_text("\n".join(lines))
        (cluster / "run" / ".s.PGSQL.5432.lock").write_text("\n".join(lines))
        (cluster / "run" / ".s.PGSQL.5432").touch()
        with EmbeddedPostgres(cluster) as server, connect(server.server, "test") as connection:
            connection.execute("SELECT 1")
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.slow
def test_the_socket_of_a_killed_server_is_cleared_away(deep_cluster: Path) -> None:
    with owner_of(deep_cluster) as owner:
        place = Path(owner.program.host)
        os.kill(postmaster(deep_cluster), signal.SIGSTOP)
        os.kill(owner.watch_pid, signal.SIGKILL)
        owner.kill()
        os.kill(postmaster(deep_cluster), signal.SIGKILL)
        assert place.exists()
        with EmbeddedPostgres(deep_cluster) as server:
            assert Path(server.server.host) != place
        assert not place.exists()


@pytest.mark.slow
def test_a_program_killed_while_it_creates_its_data_leaves_nothing_half_done(folder: Path) -> None:
    with start_owner(folder) as owner:
        wait_until(lambda: any(folder.glob("*/PG_VERSION")))
        owner.kill()
    # At once: the first one's initdb is still at work.
    with EmbeddedPostgres(folder) as server, connect(server.server, "test") as connection:
        connection.execute("SELECT 1")
    with EmbeddedPostgres(folder):
        assert [path.name for path in folder.glob("*/PG_VERSION")] == ["PG_VERSION"]
