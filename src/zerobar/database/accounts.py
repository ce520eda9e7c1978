"""As whom PostgreSQL runs: it refuses root, so root lends it a user without rights.

A person who is not root runs it as oneself, and nothing is switched.
"""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFERRED: Final = ("postgres", "zerobar-db")
"""Users that are taken where they exist, the first one first."""

CREATED: Final = "zerobar-db"
"""The system user that is created where none of those exists."""

LAST_RESORT: Final = "nobody"

_USERADD: Final = ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
_USERADD_TIMEOUT_S: Final = 30


@dataclass(frozen=True)
class Account:
    """A user of this machine.

    Attributes:
        name: as the system lists it.
        uid: its number.
        gid: the number of its first group.
    """

    name: str
    uid: int
    gid: int

    @classmethod
    def current(cls) -> Account:
        """Return whom this process runs as."""
        return _listed(os.geteuid())

    @classmethod
    def owner_of(cls, path: Path) -> Account:
        """Return whose a file or folder is."""
        return _listed(path.stat().st_uid)

    @property
    def must_switch(self) -> bool:
        """Whether a process of this user needs other rights than this process has."""
        return os.geteuid() == 0

    @property
    def user(self) -> int | None:
        """The number for subprocess's `user`; None where nothing is switched."""
        return self.uid if self.must_switch else None

    @property
    def group(self) -> int | None:
        """The number for subprocess's `group`; None where nothing is switched."""
        return self.gid if self.must_switch else None

    @property
    def extra_groups(self) -> list[int] | None:
        """No further group at all; None where nothing is switched."""
        return [] if self.must_switch else None


def choose_account(
    preferred: Iterable[str] = PREFERRED, useradd: tuple[str, ...] = _USERADD
) -> Account:
    """Return as whom a new cluster's server is to run; as root this may create a system user."""
    if os.geteuid() != 0:
        return Account.current()
    for name in preferred:
        if (account := _named(name)) is not None:
            return account
    account = _created(CREATED, useradd) or _named(LAST_RESORT)
    assert account is not None, "every system has nobody"
    return account


def blocking_parent(path: Path, account: Account) -> Path | None:
    """Return the highest folder above path that an account cannot pass through, if any.

    The permission bits decide; access lists beyond them are not read.
    """
    # A path may lead through links to elsewhere, where it has to be passable too.
    for parent in [*reversed(path.parents), *reversed(path.resolve().parents)]:
        if parent.exists() and not _may(account, parent.stat(), stat.S_IXUSR):
            return parent
    return None


def may_execute(path: Path, account: Account) -> bool:
    """Return whether an account can reach and run a program."""
    reached = blocking_parent(path, account) is None
    return reached and _may(account, path.stat(), stat.S_IRUSR | stat.S_IXUSR)


def _may(account: Account, status: os.stat_result, owner_bits: int) -> bool:
    # The first class that fits decides, as in the kernel: owner, group, others.
    if account.uid == 0:
        return True
    if status.st_uid == account.uid:
        wanted = owner_bits
    elif status.st_gid == account.gid:
        wanted = owner_bits >> 3
    else:
        wanted = owner_bits >> 6
    return status.st_mode & wanted == wanted


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    # A user of that name with root's number would be root.
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _listed(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(str(uid), uid, os.getegid())
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _created(name: str, useradd: tuple[str, ...]) -> Account | None:
    # No such program, a system that cannot be written to, another process that was quicker:
    # whatever it says, what counts is whether the user is there afterwards.
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(  # noqa: S603 - found through root's own path, for its place differs
            [*useradd, name], capture_output=True, check=False, timeout=_USERADD_TIMEOUT_S
        )
    return _named(name)
