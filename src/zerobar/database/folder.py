"""The folder of an embedded server: what is in it, whose it is, and who may use it now.

    data/          the cluster, as PostgreSQL keeps it; unfinished-* until it is complete
    run/           the socket, if its path is short enough
    server.log     what PostgreSQL says; server.log.1 is the one before
    owner.lock     locked while there may be a server; says for whom
    secret         what the roles' passwords are derived from
    pg_hba.conf, pg_ident.conf   who gets in; written at every start

All of it belongs to the user that PostgreSQL runs as, and nobody else can enter.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zerobar.database.accounts import Account, blocking_parent, choose_account
from zerobar.database.errors import (
    FolderInUse,
    FolderNotOurs,
    FolderOfAnother,
    FolderUnreachable,
    FolderUnusable,
)

LARGEST_LOG: Final = 16 * 1024 * 1024
"""Bytes; a longer log is put aside at the next start, in the place of the one before."""

_SYSTEM_FOLDER: Final = Path("/var/lib/zerobar/db")
_SECRET_LENGTH: Final = 32
_LOCK_POLL_S: Final = 0.05
_LONGEST_EXCERPT: Final = 16 * 1024


def default_folder() -> Path:
    """Return where data are kept unless another place is named."""
    if os.geteuid() == 0:
        return _SYSTEM_FOLDER
    chosen = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The specification: a relative path in there is to be ignored.
    base = chosen if chosen.is_absolute() else Path("~/.local/share").expanduser()
    return base / "zerobar" / "db"


@dataclass(frozen=True)
class DatabaseFolder:
    """A folder that is there, private, and its account's.

    Attributes:
        path: absolute, without symbolic links.
        account: as whom PostgreSQL runs on it.
    """

    path: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.path / "data"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.path / "server.log"

    @property
    def tag(self) -> str:
        """A name by which the processes of this folder's server are told from others."""
        return f"zerobar-{hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]}"

    @property
    def cluster_version(self) -> str | None:
        """The major version of the data; None before there are any."""
        mark = self.data / "PG_VERSION"
        return mark.read_text().strip() if mark.exists() else None

    def ensure_secret(self) -> None:
        """Make the secret that passwords are derived from, once."""
        if not (self.path / "secret").exists():
            self.write("secret", secrets.token_bytes(_SECRET_LENGTH))

    def password(self, role: str) -> str:
        """Return a role's password: the same at every start, told by nothing but the secret."""
        secret = (self.path / "secret").read_bytes()
        return hmac.new(secret, f"role {role}".encode(), hashlib.sha256).hexdigest()

    def write(self, name: str, content: bytes) -> None:
        """Have a file of the folder hold this, whole or not at all, for its account only."""
        path = self.path / name
        if path.is_file() and path.read_bytes() == content:
            return
        # A new file under a name of its own: root follows no link that the account may have put.
        descriptor, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=self.path)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            self.give(file.fileno())
            os.fsync(file.fileno())
        os.replace(temporary, path)
        self.sync()

    def make(self, name: str) -> Path:
        """Return a folder in here, made if it is not there."""
        path = self.path / name
        path.mkdir(mode=0o700, exist_ok=True)
        os.chown(path, self.account.uid, self.account.gid, follow_symlinks=False)
        return path

    def give(self, descriptor: int) -> None:
        """Make an open file the account's."""
        os.fchown(descriptor, self.account.uid, self.account.gid)

    def open(self, name: str, flags: int) -> int:
        """Open or create a file of the folder, never through a link; return its descriptor."""
        safe = flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self.path / name, safe, 0o600)
        self.give(descriptor)
        return descriptor

    @property
    def log_length(self) -> int:
        """Bytes in the log, from which on a start that follows will write."""
        return self.log.stat().st_size if self.log.exists() else 0

    def log_from(self, start: int) -> str:
        """Return what was logged since, as far as it fits into a page."""
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read(_LONGEST_EXCERPT).decode("utf-8", "replace")

    def turn_log(self) -> None:
        """Put the log aside when it has grown too long."""
        if self.log_length > LARGEST_LOG:
            self.log.rename(self.log.with_name("server.log.1"))

    def open_log(self) -> int:
        """Open the log for appending."""
        return self.open("server.log", os.O_WRONLY | os.O_APPEND)

    def sync(self) -> None:
        """Return once new names in the folder last."""
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into FolderUnusable."""
    try:
        yield
    except OSError as error:
        problem = error.strerror or str(error)
        raise FolderUnusable(
            path, f"cannot be used: {problem}", "mend that, or choose another folder"
        ) from error


def prepare_folder(path: Path) -> DatabaseFolder:
    """Make a folder ready for a database, and private.

    Raises FolderUnusable in one of its forms; nothing of others' is touched then.
    """
    with explained(path):
        path = path.resolve()
        account = _account_for(path)
        if account.must_switch and (parent := blocking_parent(path, account)) is not None:
            raise FolderUnreachable(path, parent, account.name)
        _make_private(path, account)
        return DatabaseFolder(path, account)


def _account_for(path: Path) -> Account:
    if not path.exists():
        return choose_account()
    if not path.is_dir():
        raise FolderNotOurs(path, "is not a folder")
    if os.geteuid() != 0 and path.stat().st_uid != os.geteuid():
        raise FolderOfAnother(path, Account.owner_of(path).name)
    if (path / "data" / "PG_VERSION").exists():
        return _account_of_cluster(path)
    # The lock is the first thing that is put into a folder of ours.
    if any(path.iterdir()) and not (path / "owner.lock").exists():
        raise FolderNotOurs(path)
    return choose_account()


def _account_of_cluster(path: Path) -> Account:
    if not (path / "owner.lock").exists():
        raise FolderNotOurs(path, "holds a database that this program did not make")
    account = Account.owner_of(path / "data")
    if account.uid == 0:
        raise FolderNotOurs(path, "holds data of root, as whom PostgreSQL refuses to run")
    return account


def _make_private(path: Path, account: Account) -> None:
    if account.must_switch:
        _make_parents(path)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def _make_parents(path: Path) -> None:
    # Whatever root's umask is: the account has to pass through what is made here.
    for parent in reversed(path.parents):
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            parent.chmod(0o755)


def lock_folder(folder: DatabaseFolder, patience_s: float) -> int:
    """Lock a folder; return the descriptor that holds the lock, also for a child that inherits it.

    A server whose program is gone is about to end: that is waited for, at most patience_s.
    Raises FolderInUse if its program lives, or if the wait was in vain.
    """
    descriptor = folder.open("owner.lock", os.O_RDWR)
    deadline = time.monotonic() + patience_s
    try:
        while not _locked(descriptor):
            holder = _live_holder(descriptor)
            if holder is not None or time.monotonic() > deadline:
                raise FolderInUse(folder.path, holder)
            time.sleep(_LOCK_POLL_S)
        _sign(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {_started(os.getpid())}\n".encode(), 0)


def _live_holder(descriptor: int) -> int | None:
    pid, _, started = os.pread(descriptor, 64, 0).decode("ascii", "replace").partition(" ")
    alive = pid.isdigit() and _started(int(pid)) == started.strip()
    return int(pid) if alive else None


def _started(pid: int) -> str:
    """Return when a process started, which tells it from a later one of the same number."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "gone"
    # The name in parentheses may hold anything; the 22nd field of all is the 20th after it.
    return status.rpartition(")")[2].split()[19]
