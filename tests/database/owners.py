"""Programs with a database, as processes of their own that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zerobar.database import Database
from zerobar.database.accounts import Account, may_execute
from zerobar.database.folder import DatabaseFolder
from zerobar.database.leftovers import servers_of

ROOT = Path(__file__).parents[2]
NOBODY = Account("nobody", 65534, 65534)


@contextmanager
def being(account: Account) -> Iterator[None]:
    """Be another user for a while, as far as the kernel asks who wants a file; only for root."""
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


class Owner:
    """A process that started the server in a folder, and its way in."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        answer = process.stdout.readline().strip()
        assert answer.startswith("postgresql://"), answer
        self.program = Database.from_url(answer)

    @property
    def watch_pid(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text().split()[0])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        """End it as it wants to end; return its exit code."""
        self.process.communicate(timeout=60)
        return self.process.returncode


@contextmanager
def owner_of(folder: Path, account: Account | None = None, *more: str) -> Iterator[Owner]:
    """Run a program that owns a folder; kill it in the end."""
    with start_owner(folder, account, *more) as process:
        try:
            yield Owner(process)
        finally:
            process.kill()
            wait_until(lambda: not folder.exists() or servers_in(folder) == [])


def start_owner(folder: Path, account: Account | None = None, *more: str) -> subprocess.Popen[str]:
    """Start such a program, without waiting for its database."""
    command = [sys.executable, "-B", "-m", "tests.database.owner_process", str(folder), *more]
    return subprocess.Popen(
        [*as_account(account), *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def as_account(account: Account | None) -> list[str]:
    """Return what to put before a command so that another user runs it."""
    if account is None:
        return []
    ids = [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    # A checkout or an interpreter below root's home stays readable for the test's sake.
    needed = (Path(sys.executable), Path(sys.prefix), ROOT)
    hidden = not all(may_execute(path, account) for path in needed)
    reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return ["setpriv", *ids, *(reading if hidden else [])]


def servers_in(folder: Path) -> list[int]:
    """List the processes of PostgreSQL on a folder."""
    return servers_of(DatabaseFolder(folder.resolve(), Account.owner_of(folder)))


def users_of(pids: list[int]) -> set[int]:
    """Return as whom processes run, those that have ended meanwhile left out."""
    users = set()
    for pid in pids:
        with suppress(FileNotFoundError):
            users.add(Path(f"/proc/{pid}").stat().st_uid)
    return users


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])


def kill_server(folder: Path) -> None:
    os.kill(postmaster(folder), signal.SIGKILL)


def wait_until(condition: Callable[[], bool], limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
