"""A database as one stream of bytes, from one moment, and back: PostgreSQL's own programs do it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import IO, Final

from zerobar.bank.safekeeping.errors import DatabaseToolFailed
from zerobar.database import Database, installed_programs

_PIECE: Final = 1 << 20
_DUMP: Final = ("--format=custom", "--compress=1", "--no-owner", "--no-privileges")
# All or nothing: a database that is half put back would look like one with losses.
_RESTORE: Final = (
    "--format=custom",
    "--no-owner",
    "--no-privileges",
    "--exit-on-error",
    "--single-transaction",
)
_LONGEST_TOLD: Final = 500


def dump(database: Database) -> Iterator[bytes]:
    """Yield all of a database as it is at one moment, while others go on with it.

    Raises DatabaseToolFailed, also after the last piece: only then it is known to be whole.
    """
    with tempfile.TemporaryFile() as told:
        with _started("pg_dump", database, _DUMP, told) as process:
            assert process.stdout is not None
            while piece := process.stdout.read(_PIECE):
                yield piece
        _check("pg_dump", process.returncode, told)


def restore(database: Database, pieces: Iterable[bytes]) -> None:
    """Put what `dump` gave into an empty database, all of it or nothing.

    Raises DatabaseToolFailed, or what the pieces raise, and then has put back nothing; only what
    is wrong after the last that was needed is found when all is put back.
    """
    arguments = (*_RESTORE, f"--dbname={database.name}")
    left = iter(pieces)
    with tempfile.TemporaryFile() as told:
        with _started("pg_restore", database, arguments, told) as process:
            _feed(process, left)
            process.communicate()
        _check("pg_restore", process.returncode, told)
    # What it did not wait for may still prove to be damaged.
    for _ in left:
        pass


def _feed(process: subprocess.Popen[bytes], pieces: Iterator[bytes]) -> None:
    assert process.stdin is not None
    try:
        for piece in pieces:
            process.stdin.write(piece)
    except BrokenPipeError:
        # It gave up, and says why, or has enough.
        pass
    except BaseException:
        # Before its input ends: what has come so far might be all that it waits for.
        process.kill()
        with suppress(BrokenPipeError):
            process.stdin.close()
        raise


def _started(
    program: str, database: Database, arguments: tuple[str, ...], told: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program; what it tells goes to a file, for a pipe that nobody reads would hold it."""
    path = installed_programs().path(program)
    # What the environment says of another database is not for this one.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
    return subprocess.Popen(  # noqa: S603 - a program of the wheel
        [str(path), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=told,
        env=inherited | database.environment,
    )


def _check(program: str, code: int, told: IO[bytes]) -> None:
    if code:
        told.seek(0)
        words = " ".join(told.read().decode(errors="replace").split())
        raise DatabaseToolFailed(program, words[-_LONGEST_TOLD:])
